//! Signals, until one of them is the end.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for SIGTERM or SIGINT. `ready` is called once signals are caught, `hang_up` for each SIGHUP.
pub(crate) fn wait_for_end(ready: impl FnOnce(), mut hang_up: impl FnMut()) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut again = signal(SignalKind::hangup())?;
        ready();
        loop {
            tokio::select! {
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                _ = again.recv() => hang_up(),
            }
        }
    })
}
