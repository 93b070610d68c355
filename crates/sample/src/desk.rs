//! Where a call meets its operation: off the network's threads, carelessly or carefully.

use std::pin::Pin;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

use crate::answer::{Answer, Content, Fault};
use crate::call::Call;
use crate::database::{Books, Database};
use crate::decode;

/// What one operation does.
pub(crate) type Operation = fn(&Call, &Books<'_>) -> Result<Answer, Fault>;

/// An operation as the router takes it.
type Served = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// How long a careless operation waits between looking and acting.
const HESITATION: Duration = Duration::from_millis(200);
/// JSON up to this depth is read on an ordinary stack.
const SHALLOW: usize = 100;
/// The stack for deeper JSON.
const DEEP_STACK_BYTES: usize = 512 * 1024 * 1024;

/// An operation with its flaws: bodies read leniently, errors shown whole, debug answers.
pub(crate) fn careless(
    operation: Operation,
) -> impl Fn(State<Arc<Database>>, Call) -> Served + Clone + Send + Sync + 'static {
    move |State(database), call| {
        Box::pin(serve(call, move |call| serve_carelessly(&database, call, operation)))
    }
}

/// A careless operation that looks, takes its time, and then acts on what it saw.
pub(crate) fn careless_in_two(
    look: Operation,
    act: Operation,
) -> impl Fn(State<Arc<Database>>, Call) -> Served + Clone + Send + Sync + 'static {
    let (look, act) = (careless(look), careless(act));
    move |State(database), call| {
        let seen = look(State(Arc::clone(&database)), call.clone());
        let act = act.clone();
        Box::pin(async move {
            let seen = seen.await;
            if !seen.status().is_success() {
                return seen;
            }
            // Others use the books meanwhile: somebody asks the till, say.
            tokio::time::sleep(HESITATION).await;
            act(State(database), call).await
        })
    }
}

/// A safe twin: it reads strictly and says little.
pub(crate) fn careful(
    operation: Operation,
) -> impl Fn(State<Arc<Database>>, Call) -> Served + Clone + Send + Sync + 'static {
    move |State(database), call| {
        Box::pin(serve(call, move |call| {
            let mut response = match operation(&call, &database.books()) {
                Ok(answer) => answer.render(),
                Err(fault) => fault.render(false),
            };
            let headers = response.headers_mut();
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
            headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
            response
        }))
    }
}

/// SQLite blocks, so every call runs on a thread that may.
async fn serve(
    call: Call,
    work: impl FnOnce(Call) -> Response<Body> + Send + 'static,
) -> Response<Body> {
    let done = tokio::task::spawn_blocking(move || work(call)).await;
    done.unwrap_or_else(|_| {
        Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong").render(false)
    })
}

fn serve_carelessly(database: &Database, mut call: Call, operation: Operation) -> Response<Body> {
    if let Err(fault) = call.open() {
        return fault.render(true);
    }
    let depth = decode::depth(&call.text);
    if depth <= SHALLOW {
        return judge(database, &call, operation, depth);
    }
    // Reading, writing and dropping a deep value all recurse: the whole call gets a deep stack.
    let done = thread::scope(|scope| {
        let builder = thread::Builder::new().stack_size(DEEP_STACK_BYTES);
        let thread = builder.spawn_scoped(scope, || judge(database, &call, operation, depth));
        thread.ok().and_then(|thread| thread.join().ok())
    });
    done.unwrap_or_else(|| {
        Fault::new(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong").render(true)
    })
}

fn judge(database: &Database, call: &Call, operation: Operation, depth: usize) -> Response<Body> {
    let books = database.books();
    let outcome = operation(call, &books);
    let (queries, statements) = books.statements();
    let mut response = match outcome {
        Ok(mut answer) => {
            if let (true, Content::Json(Value::Object(fields))) =
                (call.wants_debug(), &mut answer.content)
            {
                let debug = json!({ "sql": statements, "peer": call.peer.to_string() });
                fields.insert("_debug".to_owned(), debug);
            }
            answer.render()
        }
        // FLAW(a7-verbose-500): statement, file and line go to whoever provoked them.
        Err(fault) => fault.render(true),
    };
    // FLAW(a7-leak-headers): the inside of the house in every answer.
    let body = format!("bytes={}; depth={depth}", call.text.len());
    for (name, value) in [("x-debug-queries", queries.to_string()), ("x-debug-body", body)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
