//! The threads that compute hashes of passwords.
//!
//! A hash takes a processor for some 30 ms, and 19 MiB: on a thread that serves requests everybody else would wait
//! for it. These threads give way to those, and there are so many and no more.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use portcullis_credential::password::{HashFault, Hashed, Pepper, Salt, Work};
use portcullis_model::Secret;
use tokio::sync::oneshot;

/// Questions that wait for a thread, at most: two seconds of two threads.
const QUEUE_MAX: usize = 64;
/// How far the threads stand behind those who serve (`nice`).
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Whether a password is the one of which a hash was kept.
pub(crate) struct Question {
    pub(crate) hash: Arc<Hashed>,
    /// As it was prepared.
    pub(crate) password: Secret,
    pub(crate) pepper: Arc<Pepper>,
    /// Whether it can be it at all. Where not, the work is the same.
    pub(crate) can_be: bool,
}

/// The answer.
pub(crate) struct Checked {
    pub(crate) is_right: bool,
    /// What should be kept instead, where what is kept is weaker than what is made today.
    pub(crate) stronger: Option<Hashed>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QueueFault {
    /// So many wait already.
    Full,
    /// The system has no thread to give, or the thread is gone.
    NoThread,
    /// It cannot be computed.
    Hash(HashFault),
}

type Answer = Result<Checked, HashFault>;

struct Task {
    question: Question,
    reply: oneshot::Sender<Answer>,
}

/// Some threads and the queue before them. They end with it, when nothing waits any more.
pub(crate) struct Pool {
    queue: SyncSender<Task>,
    workers: usize,
}

impl Pool {
    pub(crate) fn start(workers: usize) -> Result<Self, QueueFault> {
        let (queue, tasks) = sync_channel(QUEUE_MAX);
        let tasks = Arc::new(Mutex::new(tasks));
        for number in 0..workers {
            let tasks = Arc::clone(&tasks);
            let thread = std::thread::Builder::new().name(format!("passwords-{number}"));
            thread.spawn(move || work(&tasks)).map_err(|_| QueueFault::NoThread)?;
        }
        Ok(Self { queue, workers })
    }

    pub(crate) const fn workers(&self) -> usize {
        self.workers
    }

    /// Asks, and waits. Whoever stops waiting before their turn costs nothing.
    pub(crate) async fn ask(&self, question: Question) -> Result<Checked, QueueFault> {
        let (reply, answer) = oneshot::channel();
        self.queue.try_send(Task { question, reply }).map_err(|error| match error {
            TrySendError::Full(_) => QueueFault::Full,
            TrySendError::Disconnected(_) => QueueFault::NoThread,
        })?;
        answer.await.map_err(|_| QueueFault::NoThread)?.map_err(QueueFault::Hash)
    }
}

fn work(tasks: &Mutex<Receiver<Task>>) {
    // On Linux a thread has a niceness of its own. Where it may not be set, hashes compete with requests.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
    // Kept from the first hash on: what is given back and taken again for each of them, allocators keep several times over.
    let mut memory = Work::default();
    while let Some(task) = next(tasks) {
        if task.reply.is_closed() {
            continue;
        }
        let _ = task.reply.send(checked(&task.question, &mut memory));
    }
}

/// The next task; none at the end.
fn next(tasks: &Mutex<Receiver<Task>>) -> Option<Task> {
    tasks.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

fn checked(question: &Question, memory: &mut Work) -> Answer {
    let Question { hash, password, pepper, can_be } = question;
    let is_right = hash.is(password, pepper, memory)? && *can_be;
    if !is_right || !hash.is_weaker() {
        return Ok(Checked { is_right, stronger: None });
    }
    // Without chance it stays as it is until the next time.
    let made = Salt::draw().map(|salt| Hashed::new(password, salt, pepper, memory));
    Ok(Checked { is_right, stronger: made.transpose()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pepper() -> Arc<Pepper> {
        let bytes = std::array::from_fn::<u8, 32, _>(|index| index as u8 + 0xd8);
        Arc::new(Pepper::parse(&bytes).unwrap())
    }

    fn question(hash: &Arc<Hashed>, text: &str) -> Question {
        let password = Secret::new(text.as_bytes());
        Question { hash: Arc::clone(hash), password, pepper: pepper(), can_be: true }
    }

    fn hashed(text: &str) -> Arc<Hashed> {
        let (salt, password) = (Salt::draw().unwrap(), Secret::new(text.as_bytes()));
        Arc::new(Hashed::new(&password, salt, &pepper(), &mut Work::default()).unwrap())
    }

    #[tokio::test]
    async fn a_password_is_right_or_wrong_and_never_one_that_cannot_be() {
        let (pool, hash) = (Pool::start(2).unwrap(), hashed("right"));
        let checked = pool.ask(question(&hash, "right")).await.unwrap();
        assert!(checked.is_right && checked.stronger.is_none());
        assert!(!pool.ask(question(&hash, "wrong")).await.unwrap().is_right);
        let nobodys = Question { can_be: false, ..question(&hash, "right") };
        assert!(!pool.ask(nobodys).await.unwrap().is_right);
    }

    #[tokio::test]
    async fn what_does_not_fit_into_the_queue_is_told_at_once_and_who_left_costs_nothing() {
        // Nobody works: what was sent waits.
        let (queue, tasks) = sync_channel(QUEUE_MAX);
        let (pool, hash) = (Pool { queue, workers: 0 }, hashed("right"));
        let mut waiting: Vec<_> =
            (0..QUEUE_MAX).map(|_| Box::pin(pool.ask(question(&hash, "right")))).collect();
        for one in &mut waiting {
            assert!(futures_poll(one.as_mut()).is_pending());
        }
        let refused = pool.ask(question(&hash, "right")).await;
        assert!(matches!(refused, Err(QueueFault::Full)));
        waiting.truncate(1);
        let closed = tasks.try_iter().filter(|task| task.reply.is_closed()).count();
        assert_eq!(closed, QUEUE_MAX - 1);
    }

    fn futures_poll<T>(future: std::pin::Pin<&mut impl Future<Output = T>>) -> std::task::Poll<T> {
        future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
    }
}
