//! The runtime for commands that wait for anything.

use super::exit::Exit;
use super::interrupt;
use super::screen::Screen;

pub(super) fn within_runtime(screen: &Screen, work: impl Future<Output = Exit>) -> Exit {
    // Listen before anything is read or started: from here on, the program handles signals itself.
    interrupt::listen();
    on_runtime(screen, work)
}

pub(super) fn on_runtime(screen: &Screen, work: impl Future<Output = Exit>) -> Exit {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let exit = runtime.block_on(work);
            // Do not wait for background tasks: nobody needs their results any more.
            runtime.shutdown_background();
            exit
        }
        Err(error) => {
            screen.complain(&format!("Preflight cannot start: {error}"));
            Exit::Internal
        }
    }
}
