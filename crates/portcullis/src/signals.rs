//! Signals, until one of them is the end.

use tokio::signal::unix::{SignalKind, signal};

/// What a signal asks of a gateway that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// SIGHUP: take what the files say, also where that lets more through.
    Reload,
    /// SIGUSR1: the log was renamed, open it again.
    Reopen,
}

/// Waits for SIGTERM or SIGINT. `ready` is called once signals are caught, `hear` for each other one.
pub(crate) fn wait_for_end(
    ready: impl FnOnce(),
    mut hear: impl FnMut(Asked),
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut reload = signal(SignalKind::hangup())?;
        let mut reopen = signal(SignalKind::user_defined1())?;
        ready();
        loop {
            tokio::select! {
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                _ = reload.recv() => hear(Asked::Reload),
                _ = reopen.recv() => hear(Asked::Reopen),
            }
        }
    })
}
