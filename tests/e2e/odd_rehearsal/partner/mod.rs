//! A small, correct integration in a process of its own, which copes with its provider in one of five ways.

use std::env::var;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use desk::Job;
use line::Line;
use policy::Policy;
use store::Store;

mod desk;
mod front;
mod hooks;
pub(super) mod line;
pub(super) mod policy;
mod server;
mod store;

/// The state of the partner in one process.
struct Partner {
    line: Line,
    store: Store,
    return_url: String,
    hook_secret: String,
    turn: tokio::sync::Mutex<()>,
}

/// The body of the processes that the trials start: this test program, which then runs only this.
#[tokio::test]
#[ignore = "started by the trials, in a process of its own"]
async fn served() {
    let policy = Policy::named(&var("ODD").unwrap());
    let listener = TcpListener::bind(format!("127.0.0.1:{}", var("PORT").unwrap())).await.unwrap();
    println!("\nlistening on http://{}", listener.local_addr().unwrap());
    let app = if policy.processes > 1 && var("WORKER").is_err() {
        front::router(policy.processes).await
    } else {
        let [referral, customer] = ["REFERRAL_API", "CUSTOMER_API"].map(|name| var(name).unwrap());
        let partner = Arc::new(Partner {
            line: Line::new(referral, customer, var("API_KEY").unwrap(), policy),
            store: Store::open("desk.sqlite"),
            return_url: var("RETURN_URL").unwrap(),
            hook_secret: var("HOOK_SECRET").unwrap(),
            turn: tokio::sync::Mutex::default(),
        });
        if let Some(first_pause) = policy.queue {
            tokio::spawn(work(partner.clone(), first_pause));
        }
        server::router(partner)
    };
    // The process ends with the one that started it.
    let ended = async {
        drop(tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin(), &mut std::io::sink())).await);
    };
    axum::serve(listener, app).with_graceful_shutdown(ended).await.unwrap();
}

/// Works off the queue, one job after another. A job that failed again is retried after a growing pause.
async fn work(partner: Arc<Partner>, first_pause: Duration) {
    loop {
        let Some((name, job, runs)) = partner.store.due_job() else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let job: Job = serde_json::from_str(&job).unwrap();
        let outcome = job.carry_out(&partner).await;
        let (customer, number) = job.about();
        partner.store.tell(customer, number, &serde_json::to_string(&outcome).unwrap());
        match outcome.later.filter(|_| runs < 5) {
            Some(later) => partner.store.again(&name, later.max(first_pause * 2_u32.pow(runs))),
            None => partner.store.done(&name),
        }
    }
}
