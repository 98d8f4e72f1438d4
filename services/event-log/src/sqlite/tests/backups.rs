use std::fs;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_made_while_writing_holds_all_that_was_acknowledged_before_and_a_prefix_of_the_rest() {
    let place = Scratch::new();
    let log = Arc::new(place.open());
    for n in 0..200 {
        add(&log, &format!("s-{n}"), vec![event(&[5; 2000]), event(b"")]).await.unwrap();
    }
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let log = Arc::clone(&log);
            tokio::spawn(async move {
                let mut written = 0;
                while !log.path.with_file_name("stop").exists() {
                    add(&log, &format!("w-{writer}"), vec![event(&[6; 500])]).await.unwrap();
                    written += 1;
                }
                written
            })
        })
        .collect();

    let mut copies = Vec::new();
    for n in 0..5 {
        let before = log.head().await.unwrap();
        let to = place.file(&format!("copy-{n}.db"));
        let position = log.backup(&to).await.unwrap();
        assert!(position >= before, "{position} < {before}");
        copies.push((to, position));
    }
    fs::write(place.file("stop"), "").unwrap();
    for writer in writers {
        assert!(writer.await.unwrap() > 0);
    }

    let original = everything(&log).await;
    assert!(original.len() as u64 > copies[4].1.0 || copies[0].1 < copies[4].1, "nothing was written meanwhile");
    for (path, position) in copies {
        let copy = SqliteLog::open_read_only(&path, &Options::default()).unwrap();
        let prefix: Vec<_> = original.iter().filter(|event| event.position <= position).cloned().collect();
        assert_eq!(everything(&copy).await, prefix);
        let of_stream: Vec<_> = prefix.into_iter().filter(|event| event.stream == stream("w-0")).collect();
        assert_eq!(copy.read_stream(&stream("w-0"), 0).await.unwrap(), of_stream);
    }
}

#[tokio::test]
async fn a_backup_is_one_file_and_a_log_to_go_on_with() {
    let place = Scratch::new();
    let log = place.open();
    let known = event(b"known");
    let first = add(&log, "s", vec![known.clone()]).await.unwrap();
    let to = place.file("copy.db");
    assert_eq!(log.backup(&to).await.unwrap(), first.position);
    add(&log, "s", vec![event(b"after the backup")]).await.unwrap();
    drop(log);

    let mut left: Vec<_> = fs::read_dir(place.0.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["copy.db", "log.db", "log.db.lock"]);
    let sound: String =
        rusqlite::Connection::open(&to).unwrap().pragma_query_value(None, "integrity_check", |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");

    let restored = SqliteLog::open(&to, &Options::default()).unwrap();
    assert_eq!(add(&restored, "s", vec![known]).await.unwrap(), first);
    assert_eq!(add(&restored, "s", vec![event(b"")]).await.unwrap(), Appended { revision: 1, position: Position(2) });
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_can_be_read_where_nothing_can_be_written() {
    use std::os::unix::fs::PermissionsExt;

    let place = Scratch::new();
    let log = place.open();
    add(&log, "s", vec![event(b"")]).await.unwrap();
    let shelf = place.file("shelf");
    fs::create_dir(&shelf).unwrap();
    let to = shelf.join("copy.db");
    log.backup(&to).await.unwrap();
    fs::set_permissions(&to, fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(&shelf, fs::Permissions::from_mode(0o555)).unwrap();

    let copy = SqliteLog::open_read_only(&to, &Options::default()).unwrap();
    assert_eq!(everything(&copy).await.len(), 1);
    // Not only for want of permission, which a privileged user would have: it needs no file beside it.
    assert_eq!(fs::read_dir(&shelf).unwrap().count(), 1);
    fs::set_permissions(&shelf, fs::Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_backup_replaces_no_file_and_leaves_none_half_made() {
    let place = Scratch::new();
    let log = place.open();
    add(&log, "s", vec![event(b"")]).await.unwrap();
    let taken = place.file("taken.db");
    fs::write(&taken, "precious").unwrap();
    let refused = log.backup(&taken).await.unwrap_err();
    assert!(matches!(&refused, BackupError::Exists(path) if *path == taken), "{refused}");
    assert_eq!(fs::read(&taken).unwrap(), b"precious");

    let refused = log.backup(&place.path()).await.unwrap_err();
    assert!(matches!(refused, BackupError::Exists(_)), "{refused}");
    let refused = log.backup(&place.file("none/copy.db")).await.unwrap_err();
    assert!(matches!(refused, BackupError::Io(_)), "{refused}");

    // Somebody else's backup under way is not disturbed either.
    fs::write(place.file("other.db.partial"), "half").unwrap();
    let refused = log.backup(&place.file("other.db")).await.unwrap_err();
    assert!(matches!(refused, BackupError::Exists(_)), "{refused}");
    assert_eq!(fs::read(place.file("other.db.partial")).unwrap(), b"half");
    assert!(!place.file("taken.db.partial").exists());
}
