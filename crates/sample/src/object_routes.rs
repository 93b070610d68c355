//! Where the operations answer that show who may reach what: the careless ones, and their twins.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, patch, post, put};

use crate::database::Database;
use crate::desk::{careful, careless, careless_in_two};
use crate::{
    administration, branches, brochures, cards, decisions, deliveries, order_batches, order_copies,
    order_lists, order_places, order_terms, people, prescriptions, receipts, reminders, roles,
    safe_orders, sale, vouchers,
};

/// The careless ones.
pub(crate) fn careless_ones() -> Router<Arc<Database>> {
    orders().merge(belongings()).merge(staff())
}

/// Their twins, and those of older operations.
pub(crate) fn safe_twins() -> Router<Arc<Database>> {
    safe_of_orders().merge(safe_belongings()).merge(safe_staff())
}

fn orders() -> Router<Arc<Database>> {
    Router::new()
        .route("/orders/recent", get(careless(order_lists::recent)))
        .route("/orders/search", get(careless(order_lists::search)))
        .route("/orders/by-id", get(careless(order_lists::by_id)))
        .route("/orders/pages", get(careless(order_lists::pages)))
        .route("/orders/export", get(careless(order_lists::export)))
        .route(
            "/orders/lookup",
            get(careless(order_batches::lookup)).post(careless(order_batches::lookup_many)),
        )
        .route("/orders/cancel", post(careless(order_batches::cancel)))
        .route("/orders/notes", patch(careless(order_batches::annotate)))
        .route("/orders/current", get(careless(order_places::current)))
        .route("/orders/last", get(careless(order_places::last)))
        .route("/orders/copy", post(careless(order_copies::copy)))
        .route("/orders/merge", post(careless(order_copies::merge)))
        .route("/orders/{id}", patch(careless(order_terms::update)))
        .route("/orders/{id}/receipt", get(careless(receipts::read)))
        .route("/customers", get(careless(people::list)))
        .route("/customers/lookup", get(careless(people::find)))
        .route(
            "/customers/{customer_id}",
            get(careless(people::read)).patch(careless(people::update)),
        )
        .route("/customers/{customer_id}/orders", get(careless(order_places::list_below)))
        .route(
            "/customers/{customer_id}/orders/{id}",
            get(careless(order_places::read_below)).put(careless(order_places::update_below)),
        )
}

fn belongings() -> Router<Arc<Database>> {
    Router::new()
        .route("/reminders", get(careless(reminders::list)).post(careless(reminders::create)))
        .route(
            "/reminders/{id}",
            get(careless(reminders::read))
                .put(careless(reminders::put))
                .patch(careless(reminders::update))
                .delete(careless(reminders::remove)),
        )
        .route("/cards", get(careless(cards::list)).post(careless(cards::create)))
        .route("/cards/{id}", get(careless(cards::read)).delete(careless(cards::remove)))
        .route("/deliveries", get(careless(deliveries::list)))
        .route("/deliveries/{id}", get(careless(deliveries::read)))
        .route("/deliveries/{id}/reroute", post(careless(deliveries::reroute)))
        .route("/points", get(careless(vouchers::points)))
        .route("/points/redeem", post(careless_in_two(vouchers::may_redeem, vouchers::redeem)))
        .route("/points/invitation", post(careless(sale::invitation)))
        .route("/points/gift", post(careless(sale::gift)))
        .route("/sale/quote", post(careless(sale::quote)))
        .route("/sale/address", put(careless(sale::address)))
        .route("/sale/purchase", post(careless(sale::purchase)))
        .route("/vouchers/{code}", get(careless(vouchers::read)))
        .route("/vouchers/{code}/use", post(careless_in_two(vouchers::may_use, vouchers::use_up)))
}

fn staff() -> Router<Arc<Database>> {
    Router::new()
        .route(
            "/staff/orders/{id}",
            get(careless(branches::read_order)).patch(careless(branches::update_order)),
        )
        .route(
            "/staff/incidents",
            get(careless(branches::incidents)).post(careless(branches::report)),
        )
        .route("/staff/incidents/{id}", get(careless(branches::incident)))
        .route("/staff/prescriptions", get(careless(decisions::list)))
        .route("/staff/prescriptions/{number}", get(careless(decisions::read)))
        .route("/staff/prescriptions/{number}/approve", post(careless(decisions::approve)))
        .route("/staff/customers/{id}/role", put(careless(roles::set)))
        .route("/staff/takings", get(careless(roles::takings)))
        .route("/admin/logins", get(careless(administration::logins)))
        .route("/admin/settings", put(careless(administration::set)))
        .route("/settings", get(careless(administration::settings)))
        .route(
            "/notices",
            get(careless(administration::notices)).post(careless(administration::announce)),
        )
        .route("/stock/recount", post(careless(administration::recount)))
        .route("/brochures", get(careless(brochures::list)))
        .route(
            "/brochures/{id}",
            get(careless(brochures::read))
                .put(careless(brochures::retitle))
                .delete(careless(brochures::withdraw)),
        )
}

fn safe_of_orders() -> Router<Arc<Database>> {
    Router::new()
        .route("/orders/recent", get(careful(order_lists::safe_recent)))
        .route("/orders/search", get(careful(order_lists::safe_search)))
        .route("/orders/by-id", get(careful(order_lists::safe_by_id)))
        .route("/orders/pages", get(careful(order_lists::safe_pages)))
        .route("/orders/export", get(careful(order_lists::safe_export)))
        .route(
            "/orders/lookup",
            get(careful(order_batches::safe_lookup)).post(careful(order_batches::safe_lookup_many)),
        )
        .route("/orders/cancel", post(careful(order_batches::safe_cancel)))
        .route("/orders/notes", patch(careful(order_batches::safe_annotate)))
        .route("/orders/current", get(careful(order_places::safe_current)))
        .route("/orders/last", get(careful(order_places::safe_last)))
        .route("/orders/copy", post(careful(order_copies::safe_copy)))
        .route("/orders/merge", post(careful(order_copies::safe_merge)))
        .route(
            "/orders/{id}",
            patch(careful(order_terms::safe_update)).delete(careful(safe_orders::cancel)),
        )
        .route("/orders/{id}/receipt", get(careful(receipts::safe_read)))
        .route("/customers", get(careful(people::safe_list)))
        .route("/customers/lookup", get(careful(people::safe_find)))
        .route(
            "/customers/{customer_id}",
            get(careful(people::safe_read)).patch(careful(people::safe_update)),
        )
        .route("/customers/{customer_id}/orders", get(careful(order_places::safe_list_below)))
        .route(
            "/customers/{customer_id}/orders/{id}",
            get(careful(order_places::safe_read_below))
                .put(careful(order_places::safe_update_below)),
        )
}

fn safe_belongings() -> Router<Arc<Database>> {
    Router::new()
        .route(
            "/reminders",
            get(careful(reminders::safe_list)).post(careful(reminders::safe_create)),
        )
        .route(
            "/reminders/{id}",
            get(careful(reminders::safe_read))
                .put(careful(reminders::safe_put))
                .patch(careful(reminders::safe_update))
                .delete(careful(reminders::safe_remove)),
        )
        .route("/cards", get(careful(cards::safe_list)).post(careful(cards::safe_create)))
        .route("/cards/{id}", get(careful(cards::safe_read)).delete(careful(cards::safe_remove)))
        .route("/deliveries", get(careful(deliveries::safe_list)))
        .route("/deliveries/{id}", get(careful(deliveries::safe_read)))
        .route("/deliveries/{id}/reroute", post(careful(deliveries::safe_reroute)))
        .route("/points", get(careful(vouchers::safe_points)))
        .route("/points/redeem", post(careful(vouchers::safe_redeem)))
        .route("/points/invitation", post(careful(sale::safe_invitation)))
        .route("/points/gift", post(careful(sale::safe_gift)))
        .route("/sale/quote", post(careful(sale::safe_quote)))
        .route("/sale/address", put(careful(sale::safe_address)))
        .route("/sale/purchase", post(careful(sale::safe_purchase)))
        .route("/vouchers/{code}", get(careful(vouchers::safe_read)))
        .route("/vouchers/{code}/use", post(careful(vouchers::safe_use)))
}

fn safe_staff() -> Router<Arc<Database>> {
    Router::new()
        .route(
            "/staff/orders/{id}",
            get(careful(branches::safe_read_order)).patch(careful(branches::safe_update_order)),
        )
        .route(
            "/staff/incidents",
            get(careful(branches::safe_incidents)).post(careful(branches::safe_report)),
        )
        .route("/staff/incidents/{id}", get(careful(branches::safe_incident)))
        .route("/staff/prescriptions", get(careful(decisions::safe_list)))
        .route("/staff/prescriptions/{number}", get(careful(decisions::safe_read)))
        .route("/staff/prescriptions/{number}/approve", post(careful(decisions::safe_approve)))
        .route("/staff/customers/{id}/role", put(careful(roles::safe_set)))
        .route("/staff/takings", get(careful(roles::safe_takings)))
        .route("/admin/logins", get(careful(administration::safe_logins)))
        .route("/admin/settings", put(careful(administration::safe_set)))
        .route("/settings", get(careful(administration::settings)))
        .route(
            "/notices",
            get(careful(administration::notices)).post(careful(administration::safe_announce)),
        )
        .route("/stock/recount", post(careful(administration::safe_recount)))
        .route("/brochures", get(careful(brochures::list)))
        .route(
            "/brochures/{id}",
            get(careful(brochures::read))
                .put(careful(brochures::safe_retitle))
                .delete(careful(brochures::safe_withdraw)),
        )
        .route("/orders/by-code/{code}", get(careful(safe_orders::read_by_code)))
        .route("/prescriptions/{number}", get(careful(prescriptions::safe_read)))
        .route("/staff/medicines/{id}/restock", post(careful(administration::safe_restock)))
        .route("/staff/customers/{id}", get(careful(administration::safe_customer)))
}
