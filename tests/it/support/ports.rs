//! Ports that a server can come back to.

use std::{
    fs,
    net::TcpListener,
    process,
    sync::atomic::{AtomicU16, Ordering},
};

/// How many ports are tried below those that the system hands out.
const SPAN: u16 = 16_384;

/// A free port that the system does not hand out by itself: while a server that listens on it is down,
/// nobody else gets it by chance.
pub fn lasting() -> u16 {
    static TAKEN: AtomicU16 = AtomicU16::new(0);
    let from = handed_out_from() - SPAN;
    for _ in 0..SPAN {
        // Test processes that run at the same time start at different places.
        let start = u16::try_from(process::id() % u32::from(SPAN)).expect("less than the span");
        let offset = start.wrapping_mul(61).wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed)) % SPAN;
        if TcpListener::bind(("127.0.0.1", from + offset)).is_ok() {
            return from + offset;
        }
    }
    panic!("no port below {} is free", from + SPAN);
}

/// Where the range begins that the system chooses from, for listening on any port and for connecting.
fn handed_out_from() -> u16 {
    let range = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    range.split_whitespace().next().and_then(|from| from.parse().ok()).unwrap_or(32_768)
}
