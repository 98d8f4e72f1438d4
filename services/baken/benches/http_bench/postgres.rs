//! The peer of the reads: the same answers kept in PostgreSQL, one row for each person, behind an endpoint that runs one
//! prepared statement and passes its JSON on. It verifies no token and applies no policy; the rows are what a
//! coordinator of the person's municipality is shown.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, error, web};
use baken::app::{Baken, PageRequest, PersonsFilter, Reading};
use baken::demo;
use care_path::actor::Scope;
use care_path::codes::{OrgKind, Role};
use care_path::ids::UserId;
use care_path::{Actor, Principal};
use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod};
use futures_util::SinkExt;
use serde::Deserialize;
use tokio_postgres::NoTls;
use uuid::Uuid;

use super::rounds::{Measured, read};
use super::{Failure, READERS};

const LAYOUT: &str = "
    DROP TABLE IF EXISTS persons;
    CREATE TABLE persons (id uuid, municipality text, phase text, summary jsonb, file jsonb)";
/// After the rows are in: what a primary key and the list by municipality and phase need.
const INDEXES: &str = "
    ALTER TABLE persons ADD PRIMARY KEY (id);
    CREATE INDEX persons_by_phase ON persons (municipality, phase, id)";
const CASE_FILE: &str = "SELECT file::text FROM persons WHERE id = $1";
const PERSONS: &str = "
    SELECT json_build_object('items', coalesce(json_agg(summary ORDER BY id), '[]'), 'next', max(id::text))::text
    FROM (SELECT id, summary FROM persons WHERE municipality = $1 AND phase = $2 ORDER BY id LIMIT $3) page";
/// Connections of the endpoint.
const CONNECTIONS: usize = 8;

/// Copies every case file into a database, if there is one, and serves them there.
pub async fn serve(url: Option<&str>, baken: &Baken) -> Result<Option<SocketAddr>, Failure> {
    let Some(url) = url else { return Ok(None) };
    let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let pool = Pool::builder(Manager::from_config(url.parse()?, NoTls, config)).max_size(CONNECTIONS).build()?;
    println!("({} case files copied into PostgreSQL)", fill(&pool, baken).await?);
    let pool = web::Data::new(pool);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(pool.clone())
            .route("/persons/{id}", web::get().to(case_file))
            .route("/persons", web::get().to(list))
    })
    .bind(("127.0.0.1", 0))?;
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    Ok(Some(address))
}

/// One round of it, with the same clients that ask Baken.
pub async fn measure(
    all: &mut Vec<Measured>,
    peer: Option<SocketAddr>,
    persons: &[String],
    time: Duration,
) -> Result<(), Failure> {
    let Some(peer) = peer else { return Ok(()) };
    read(all, "case file in PostgreSQL", peer, "", time, READERS, |n| {
        ("GET", format!("/persons/{}", persons[n % persons.len()]), None)
    })
    .await?;
    read(all, "persons list in PostgreSQL", peer, "", time, READERS, |_| {
        ("GET", "/persons?municipality=rotterdam&phase=sheltered&first=50".to_owned(), None)
    })
    .await
}

async fn fill(pool: &Pool, baken: &Baken) -> Result<usize, Failure> {
    let client = pool.get().await?;
    client.batch_execute(LAYOUT).await?;
    let sink = client.copy_in("COPY persons (id, municipality, phase, summary, file) FROM STDIN").await?;
    let mut sink = pin!(sink);
    let mut copied = HashSet::new();
    for reader in coordinators()?.iter().map(Reading::from) {
        let mut after = None;
        loop {
            let request = PageRequest::new(Some(PageRequest::MOST), after).ok_or("no such page")?;
            let page = baken.persons(&reader, &PersonsFilter::default(), &request)?;
            after = page.next();
            let mut lines = String::new();
            for person in page.edges.iter().map(|edge| &edge.node) {
                if copied.insert(person.person_id) {
                    let file = serde_json::to_string(&baken.case_file(&reader, person.person_id)?)?;
                    lines += &line(&serde_json::to_value(person)?, &file)?;
                }
            }
            sink.send(std::io::Cursor::new(lines.into_bytes())).await?;
            if after.is_none() {
                break;
            }
        }
    }
    sink.finish().await?;
    client.batch_execute(INDEXES).await?;
    client.batch_execute("VACUUM ANALYZE persons").await?;
    Ok(copied.len())
}

/// Somebody who sees all of a municipality, for each.
fn coordinators() -> Result<Vec<Principal>, Failure> {
    let directory = demo::directory()?;
    let municipalities =
        directory.all().filter(|each| each.kind == OrgKind::Municipality && each.municipality.is_some());
    let coordinator = |organisation: &care_path::directory::Organisation| -> Result<Principal, Failure> {
        let scope = Scope { municipality: organisation.municipality.clone(), country: None, area: None };
        let actor = Actor::of(Role::ProcessCoordinator, scope)?;
        Ok(Principal { user: "bench".parse::<UserId>()?, organisation: organisation.id.clone(), actor })
    };
    municipalities.map(coordinator).collect()
}

/// A row as COPY takes it: a backslash is two, and JSON has no line breaks or tabs of its own.
fn line(summary: &serde_json::Value, file: &str) -> Result<String, Failure> {
    let text = |field: &str| summary[field].as_str().ok_or_else(|| Failure::from(format!("no {field}")));
    let (id, municipality, phase) = (text("person_id")?, summary["municipality"].as_str(), text("phase")?);
    let [summary, file] = [&summary.to_string(), file].map(|json| json.replace('\\', "\\\\"));
    Ok(format!("{id}\t{}\t{phase}\t{summary}\t{file}\n", municipality.unwrap_or("\\N")))
}

async fn case_file(pool: web::Data<Pool>, id: web::Path<Uuid>) -> actix_web::Result<HttpResponse> {
    let id = id.into_inner();
    answer(&pool, CASE_FILE, &[&id]).await
}

#[derive(Deserialize)]
struct Asked {
    municipality: String,
    phase: String,
    first: i64,
}

async fn list(pool: web::Data<Pool>, asked: web::Query<Asked>) -> actix_web::Result<HttpResponse> {
    answer(&pool, PERSONS, &[&asked.municipality, &asked.phase, &asked.first]).await
}

async fn answer(
    pool: &Pool,
    statement: &str,
    parameters: &[&(dyn tokio_postgres::types::ToSql + Sync)],
) -> actix_web::Result<HttpResponse> {
    let client = pool.get().await.map_err(error::ErrorInternalServerError)?;
    let statement = client.prepare_cached(statement).await.map_err(error::ErrorInternalServerError)?;
    let row = client.query_opt(&statement, parameters).await.map_err(error::ErrorInternalServerError)?;
    let row = row.ok_or_else(|| error::ErrorNotFound("no such person"))?;
    Ok(HttpResponse::Ok().content_type("application/json").body(row.get::<_, String>(0)))
}
