//! `GET /graphql` with an upgrade: GraphQL over a WebSocket, by graphql-transport-ws. The caller is known by the
//! `Authorization` header of the upgrade, or, where a browser cannot set one, by `authorization` in the payload of
//! `connection_init`.

mod connection;
mod protocol;

use access_log::Surface;
use actix_web::guard::GuardContext;
use actix_web::http::header::{AUTHORIZATION, HOST, ORIGIN, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use self::connection::{Connection, SeatedCaller};
use self::protocol::PROTOCOL;
use super::Graphql;
use crate::edge::caller::{Caller, asks, edge};
use crate::edge::problem::Problem;

/// Whether a request asks for a WebSocket.
pub fn is_upgrade(request: &GuardContext<'_>) -> bool {
    let upgrade = request.head().headers().get(UPGRADE).and_then(|upgrade| upgrade.to_str().ok());
    upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case("websocket"))
}

/// Opens a WebSocket.
///
/// # Errors
/// Where it is not one of ours, comes from another site's page, has a token that is not accepted, or there are too many.
pub async fn upgrade(request: HttpRequest, payload: Payload, graphql: Data<Graphql>) -> Result<HttpResponse, Problem> {
    if !is_of_own_site(&request) {
        return Err(Problem::ForeignOrigin);
    }
    if !offers_protocol(&request) {
        let message = "must offer graphql-transport-ws";
        return Err(Problem::Header { header: "Sec-WebSocket-Protocol", message });
    }
    let edge = edge(&request)?;
    let known = if request.headers().contains_key(AUTHORIZATION) {
        let caller = Caller::of(&request).await?;
        Some(SeatedCaller::of(caller.principal, caller.expires_at, &edge)?)
    } else {
        // Who it is, is said later: until then they count as nobody.
        edge.rates.stranger(request.peer_addr().map(|address| address.ip()))?;
        None
    };
    let asks = asks(&request, &edge, Surface::Graphql);
    let (response, session, messages) = actix_ws::handle_with_protocols(&request, payload, &[PROTOCOL])
        .map_err(|_| Problem::Malformed("The request is no handshake of a WebSocket."))?;
    actix_web::rt::spawn(Connection::new(edge, graphql, asks, session, messages).run(known));
    Ok(response)
}

fn offers_protocol(request: &HttpRequest) -> bool {
    let offers = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    offers.flat_map(|list| list.split(',')).any(|offer| offer.trim() == PROTOCOL)
}

/// A browser says which site's page asks, and any page may open a socket to anywhere. There are no cookies that such a
/// page could make use of; it has no business here all the same, as it has none with REST.
fn is_of_own_site(request: &HttpRequest) -> bool {
    let mut origins = request.headers().get_all(ORIGIN);
    let Some(origin) = origins.next() else { return true };
    let own = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let site = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, site)| site);
    origins.next().is_none() && own.zip(site).is_some_and(|(own, site)| own.eq_ignore_ascii_case(site))
}
