//! Which operation answers where: the careless ones, and their safe twins below `/api/safe`.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware;
use axum::routing::{delete, get, patch, post, put};

use crate::answer::{Answer, Fault};
use crate::call::Call;
use crate::database::{Books, Database};
use crate::desk::{careful, careless};
use crate::{
    app, back_office, counter, customers, door, feed, hidden, imports, leaflet_texts, medicines,
    object_routes, open_places, orders, papers, partner, payments, pictures, prescriptions,
    register, relayed, resets, safe_orders, safe_sessions, sessions, strict_counter, tills,
    uploads, visits, web,
};

/// The whole API over one database.
pub(crate) fn router(database: Arc<Database>) -> Router {
    let careless = shop()
        .merge(doors())
        .merge(partners())
        .merge(counters())
        .merge(addresses())
        .merge(staff())
        .merge(papers())
        .merge(apps())
        .merge(object_routes::careless_ones())
        .merge(undocumented())
        .merge(fallbacks());
    let careless = careless.with_state(Arc::clone(&database));
    // The door must change the request before it is routed, so it stands around a router.
    let behind_the_door =
        Router::new().fallback_service(careless).layer(middleware::from_fn(door::careless));
    let safe = safe_twins()
        .merge(object_routes::safe_twins())
        .merge(safe_counters())
        .merge(safe_papers())
        .merge(safe_apps())
        .fallback(careful(nowhere))
        .with_state(Arc::clone(&database));
    let beside = beside().with_state(database);
    Router::new().nest("/api/safe", safe).merge(beside).fallback_service(behind_the_door)
}

/// What stands at the same address and is no part of the API.
fn beside() -> Router<Arc<Database>> {
    Router::new()
        .route("/credentials", put(careful(counter::learn)))
        .route("/storage/pharmacy", get(careless(open_places::listing)))
        .route("/storage/pharmacy/{folder}/{name}", get(careless(open_places::file)))
        .route("/repository/pharmacy-app/latest", get(careful(open_places::commit)))
}

fn shop() -> Router<Arc<Database>> {
    Router::new()
        .route("/health", get(careless(back_office::health)))
        .route("/login", post(careless(sessions::login)))
        .route("/login/form", post(careless(sessions::login_form)))
        .route("/register", post(careless(sessions::register)))
        .route("/logout", post(careless(sessions::logout)))
        .route("/session", get(careless(sessions::current)))
        .route("/password", post(careless(sessions::change_password)))
        .route(
            "/profile",
            get(careless(customers::profile)).patch(careless(customers::update_profile)),
        )
        .route("/profile/form", post(careless(customers::update_profile)))
        .route("/profile/move", get(careless(customers::move_by_link)))
        .route("/profile/photo", post(careless(uploads::upload)))
        .route("/prescriptions/import", post(careless(imports::import)))
        .route("/prescriptions/export", get(careless(imports::export)))
        .route("/medicines", get(careless(medicines::list)))
        .route("/medicines/lookup", get(careless(medicines::lookup)))
        .route("/medicines/filter", get(careless(medicines::filter)))
        .route("/medicines/{id}", get(careless(medicines::read)))
        .route("/v1/medicines", get(careless(medicines::list_v1)))
        .route("/v1/prices", get(careless(medicines::prices_v1)))
        .route("/search", get(careless(medicines::search)))
        .route("/go", get(careless(back_office::go)))
        .route("/delivery-slots", get(careless(back_office::delivery_slots)))
        .route("/orders", get(careless(orders::list)).post(careless(orders::create)))
        .route("/orders/by-code/{code}", get(careless(orders::read_by_code)))
        .route("/orders/{id}", get(careless(orders::read)).put(careless(orders::update)))
        .route("/orders/{id}", delete(careless(orders::cancel)))
        .route("/payments", post(careless(payments::create)))
        .route("/payments/{id}", get(careless(payments::read)))
        .route(
            "/prescriptions",
            get(careless(prescriptions::list)).post(careless(prescriptions::request)),
        )
        .route(
            "/prescriptions/{number}",
            get(careless(prescriptions::read)).patch(careless(prescriptions::update)),
        )
}

fn doors() -> Router<Arc<Database>> {
    Router::new()
        .route("/login/app", post(careless(web::login)))
        .route("/logout/web", post(careless(web::logout)))
        .route("/welcome", get(careless(web::welcome)))
        .route("/tills/me", get(careless(tills::me)))
        .route("/v1/password/reset-request", post(careless(resets::request)))
        .route("/v1/password/reset", post(careless(resets::reset)))
        .route("/v2/password/reset-request", post(careless(resets::request)))
        .route("/v2/password/reset", post(careless(resets::reset)))
}

fn partners() -> Router<Arc<Database>> {
    Router::new()
        .route("/partner/me", get(careless(partner::me)))
        .route("/partner/orders", get(careless(partner::orders)))
        .route("/partner/prescriptions", get(careless(partner::prescriptions)))
        .route("/partner/summary", get(careless(partner::summary)))
        .route("/partner/refills", post(careless(partner::refill)))
        .route("/partner/sign-out", post(careless(partner::sign_out)))
}

fn counters() -> Router<Arc<Database>> {
    Router::new()
        .route("/counter/me", get(careless(counter::me)))
        .route(
            "/counter/orders/{id}",
            get(careless(counter::order)).delete(careless(counter::cancel)),
        )
        .route("/counter/till", get(careless(counter::till)))
}

fn safe_counters() -> Router<Arc<Database>> {
    Router::new()
        .route("/counter/me", get(careful(strict_counter::me)))
        .route(
            "/counter/orders/{id}",
            get(careful(strict_counter::order)).delete(careful(strict_counter::cancel)),
        )
        .route("/counter/till", get(careful(strict_counter::till)))
}

fn addresses() -> Router<Arc<Database>> {
    Router::new()
        .route("/shelves", get(careless(visits::browse)))
        .route("/visits", get(careless(visits::list)).post(careless(visits::visit)))
        .route("/password/link", get(careless(visits::reset_link)))
        .route("/login/callback", get(careless(visits::callback)))
        .route("/invitations/{token}", get(careless(visits::invitation)))
        .route("/pictures", post(careless(pictures::add)))
        .route("/leave", get(careless(pictures::leave)))
        .route("/news", get(careless(relayed::news)))
        .route("/click", get(careless(relayed::click)))
        .route("/leaflet", get(careless(relayed::leaflet)))
}

fn papers() -> Router<Arc<Database>> {
    Router::new()
        .route("/leaflets", get(careless(papers::leaflet)))
        .route("/leaflets/print", post(careless(papers::print)))
        .route("/leaflets/convert", post(careless(papers::convert)))
        .route("/labels", post(careless(papers::label)))
        .route("/reviews", get(careless(papers::reviews)).post(careless(papers::review)))
        .route("/doctors", get(careless(papers::doctors)))
        .route("/opening-hours", get(careless(register::hours)))
        .route("/leaflets/changed", post(careless(leaflet_texts::changed)))
        .route("/visitors", post(careless(papers::visitor)))
        .route("/graphql", post(careless(papers::graphql)))
}

fn safe_papers() -> Router<Arc<Database>> {
    Router::new()
        .route("/leaflets", get(careful(papers::safe_leaflet)))
        .route("/leaflets/print", post(careful(papers::safe_print)))
        .route("/leaflets/convert", post(careful(papers::safe_convert)))
        .route("/labels", post(careful(papers::safe_label)))
        .route("/reviews", get(careful(papers::safe_reviews)).post(careful(papers::safe_review)))
        .route("/doctors", get(careful(papers::safe_doctors)))
        .route("/opening-hours", get(careful(register::safe_hours)))
        .route("/visitors", post(careful(papers::safe_visitor)))
        .route("/graphql", post(careful(papers::safe_graphql)))
}

fn apps() -> Router<Arc<Database>> {
    Router::new()
        .route("/friends", post(careless(app::friend)))
        .route("/app/consent", post(careless(app::consent)))
        .route("/feed", get(careless(feed::read)))
}

fn safe_apps() -> Router<Arc<Database>> {
    Router::new()
        .route("/friends", post(careful(app::safe_friend)))
        .route("/app/consent", post(careful(app::safe_consent)))
        .route("/feed", get(careful(feed::safe_read)))
        .route("/storage/pharmacy", get(careful(open_places::safe_listing)))
        .route("/storage/pharmacy/{folder}/{name}", get(careful(open_places::safe_listing)))
}

fn staff() -> Router<Arc<Database>> {
    Router::new()
        .route("/staff/customers", get(careless(customers::list)))
        .route("/staff/customers/{id}", get(careless(customers::read)))
        .route("/staff/medicines/{id}/restock", post(careless(back_office::restock)))
        .route("/staff/reports/sales", get(careless(back_office::sales)))
        .route("/staff/export", get(careless(back_office::export)))
}

fn undocumented() -> Router<Arc<Database>> {
    Router::new()
        .route("/medicines/{id}", put(careless(medicines::replace)))
        .route("/medicines/{id}", delete(careless(medicines::remove)))
        .route("/debug/env", get(careless(hidden::environment)))
        .route("/v0/customers", get(careless(hidden::customers_v0)))
        .route("/.git/config", get(careless(hidden::git_config)))
        .route("/actuator", get(careless(hidden::actuator)))
        .route("/backup.sql", get(careless(hidden::backup)))
        .route("/admin/users", get(careless(hidden::users)))
        .route("/internal/metrics", get(careless(hidden::metrics)))
}

fn fallbacks() -> Router<Arc<Database>> {
    Router::new().fallback(careless(nowhere)).method_not_allowed_fallback(careless(not_that_way))
}

fn safe_twins() -> Router<Arc<Database>> {
    Router::new()
        .route("/register", post(careful(sessions::safe_register)))
        .route("/login", post(careful(safe_sessions::login)))
        .route("/login/app", post(careful(safe_sessions::login_app)))
        .route("/login/form", post(careful(sessions::safe_login_form)))
        .route("/logout/web", post(careful(safe_sessions::logout_web)))
        .route("/welcome", get(careful(safe_sessions::welcome)))
        .route("/tills/me", get(careful(tills::safe_me)))
        .route("/password", post(careful(safe_sessions::change_password)))
        .route("/password/reset-request", post(careful(resets::safe_request)))
        .route("/password/reset", post(careful(resets::safe_reset)))
        .route("/session", get(careful(sessions::safe_current)))
        .route(
            "/profile",
            get(careful(customers::safe_profile)).patch(careful(customers::safe_update_profile)),
        )
        .route("/profile/form", post(careful(customers::safe_update_profile_form)))
        .route("/profile/photo", post(careful(uploads::safe_upload)))
        .route("/prescriptions/import", post(careful(imports::safe_import)))
        .route("/prescriptions/export", get(careful(imports::safe_export)))
        .route("/medicines", get(careful(medicines::safe_list)))
        .route("/medicines/lookup", get(careful(medicines::safe_lookup)))
        .route("/medicines/filter", get(careful(medicines::safe_filter)))
        .route("/medicines/{id}", get(careful(medicines::safe_read)))
        .route("/search", get(careful(medicines::safe_search)))
        .route("/go", get(careful(back_office::safe_go)))
        .route("/delivery-slots", get(careful(back_office::safe_delivery_slots)))
        .route("/orders", get(careful(safe_orders::list)).post(careful(safe_orders::create)))
        .route("/orders/{id}", get(careful(safe_orders::read)).put(careful(safe_orders::update)))
        .route("/payments", post(careful(payments::safe_create)))
        .route("/payments/{id}", get(careful(payments::safe_read)))
        .route(
            "/prescriptions",
            get(careful(prescriptions::safe_list)).post(careful(prescriptions::safe_request)),
        )
        .route("/prescriptions/{number}", patch(careful(prescriptions::safe_update)))
        .route("/shelves", get(careful(visits::safe_browse)))
        .route("/visits", get(careful(visits::list)).post(careful(visits::safe_visit)))
        .route("/pictures", post(careful(pictures::safe_add)))
        .route("/leave", get(careful(pictures::safe_leave)))
        .route("/news", get(careful(relayed::safe_news)))
        .route("/click", get(careful(relayed::safe_click)))
        .route("/leaflet", get(careful(relayed::safe_leaflet)))
        .route("/partner/me", get(careful(partner::safe_me)))
        .route("/partner/orders", get(careful(partner::safe_orders)))
        .route("/partner/prescriptions", get(careful(partner::safe_prescriptions)))
        .route("/partner/summary", get(careful(partner::safe_summary)))
        .route("/partner/refills", post(careful(partner::safe_refill)))
        .route("/partner/sign-out", post(careful(partner::safe_sign_out)))
        .route("/staff/customers", get(careful(customers::safe_list)))
        .route("/staff/export", get(careful(back_office::safe_export)))
}

fn nowhere(_call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    Err(Fault::missing("page"))
}

fn not_that_way(call: &Call, _books: &Books<'_>) -> Result<Answer, Fault> {
    let detail = format!("`{}` is not possible here", call.method);
    Err(Fault::new(StatusCode::METHOD_NOT_ALLOWED, detail))
}
