//! A PostgreSQL server of a test's own, in a folder that goes with it. `tests/postgres/run.sh` says where the server's
//! programs are (`BAKEN_TEST_PG_BIN`), and as whom to run them where that must not be oneself (`BAKEN_TEST_PG_USER`).

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "it is there for tests alone"
)]

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU16, Ordering};

use super::{Connector, PostgresUrl};

pub struct Server {
    folder: tempfile::TempDir,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.try_control(&["-m", "immediate", "stop"]);
    }
}

fn command(program: &str) -> Command {
    let programs = std::env::var("BAKEN_TEST_PG_BIN").expect("tests/postgres/run.sh runs these tests");
    let program = PathBuf::from(programs).join(program);
    match std::env::var("BAKEN_TEST_PG_USER") {
        Ok(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", &user, "--"]).arg(program);
            command
        }
        Err(_) => Command::new(program),
    }
}

#[track_caller]
fn succeed(mut command: Command) {
    // What is started in the background must not hold the test's own output open.
    command.stdout(std::process::Stdio::null());
    let Output { status, stderr, .. } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
}

/// No two servers of this process have one port.
fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let of_process = u16::try_from(std::process::id() % 10_000).unwrap();
    loop {
        let port = 42_000 + of_process + NEXT.fetch_add(1, Ordering::Relaxed);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Server {
    fn prepared() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        Self { folder, port: free_port() }
    }

    /// A new server, that flushes what it commits as a real one does.
    pub fn start() -> Self {
        let server = Self::prepared();
        let mut initdb = command("initdb");
        initdb.arg("-D").arg(server.data()).args(["-U", "baken", "-A", "trust", "-E", "UTF8", "--locale=C"]);
        succeed(initdb);
        server.resume();
        server
    }

    /// A standby that follows this server and confirms what it commits.
    pub fn standby(&self) -> Self {
        let standby = Self::prepared();
        let mut copy = command("pg_basebackup");
        copy.arg("-D").arg(standby.data()).args(["-R", "-d", &format!("{} application_name=standby", self.libpq())]);
        succeed(copy);
        standby.resume();
        standby
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn libpq(&self) -> String {
        format!("host=127.0.0.1 port={} user=baken dbname=postgres", self.port)
    }

    fn try_control(&self, arguments: &[&str]) -> std::io::Result<Output> {
        let mut control = command("pg_ctl");
        let log = self.folder.path().join("server.log");
        // A level that is stricter than what is asked for must change nothing.
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' \
             -c default_transaction_isolation=serializable",
            self.port
        );
        control.arg("-D").arg(self.data()).arg("-l").arg(log).args(["-w", "-o", &options]).args(arguments);
        control.stdout(std::process::Stdio::null()).output()
    }

    #[track_caller]
    fn control(&self, arguments: &[&str]) {
        let Output { status, stderr, .. } = self.try_control(arguments).unwrap();
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
    }

    /// Starts it again.
    pub fn resume(&self) {
        self.control(&["start"]);
    }

    /// Ends it as if the machine had failed: no connection is closed, nothing more is written.
    pub fn crash(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    /// Lets all its processes stand still, or go on: its connections stay open, and nobody answers on them.
    pub fn stand_still(&self, still: bool) {
        let signal = if still { "-STOP" } else { "-CONT" };
        let postmaster = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let postmaster = postmaster.lines().next().unwrap();
        for (program, arguments) in [("pkill", [signal, "-P", postmaster]), ("kill", [signal, "--", postmaster])] {
            assert!(Command::new(program).args(arguments).status().unwrap().success());
        }
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        self.control(&["promote"]);
    }

    pub fn url(&self) -> PostgresUrl {
        self.database("postgres")
    }

    pub fn database(&self, name: &str) -> PostgresUrl {
        format!("postgres://baken@127.0.0.1:{}/{name}", self.port).parse().unwrap()
    }

    /// This one, or the other where this one does not take writes.
    pub fn url_with(&self, other: &Self) -> PostgresUrl {
        let hosts = format!("127.0.0.1:{},127.0.0.1:{}", self.port, other.port);
        format!("postgres://baken@{hosts}/postgres").parse().unwrap()
    }

    /// A connection past the log.
    pub async fn client(&self) -> tokio_postgres::Client {
        Connector::new(&self.url()).unwrap().client().await.unwrap()
    }

    /// A new database for a test, named after it.
    pub async fn new_database(&self, test: &str) -> PostgresUrl {
        let name = &test[..test.len().min(63)];
        self.execute(&format!("CREATE DATABASE {name}")).await;
        self.database(name)
    }

    /// Runs a statement, past the log.
    pub async fn execute(&self, sql: &str) {
        self.client().await.batch_execute(sql).await.unwrap();
    }
}
