//! The pages for browsers.
use super::courier::Courier;
use axum::Router;
pub(super) fn router(courier: Courier) -> Router {
    let _ = courier;
    Router::new()
}
