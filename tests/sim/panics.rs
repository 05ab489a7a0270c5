//! Panics of a world's thread, kept for the verdict: the service catches some of them, and none is right.

use std::{cell::RefCell, panic};

thread_local! {
    static PANICS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps panics from now on, in every thread.
pub fn keep() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        before(info);
        PANICS.with_borrow_mut(|panics| panics.push(format!("a panic: {info}")));
    }));
}

/// Forgets those of the world before.
pub fn forget() {
    drop(take());
}

/// Those of this thread.
pub fn take() -> Vec<String> {
    PANICS.take()
}
