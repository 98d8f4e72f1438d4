use super::*;

#[tokio::test]
async fn a_page_ends_early_where_events_are_large_and_reading_on_gives_the_rest() {
    let place = Scratch::new();
    let log = place.open();
    for n in 0..20 {
        add(&log, "large", vec![event(&vec![n; 3_000_000])]).await.unwrap();
    }
    let page = log.read_all(Position::START, 1000).await.unwrap();
    assert!((1..20).contains(&page.events.len()), "{}", page.events.len());
    assert!(!page.at_head);
    let positions: Vec<_> = everything(&log).await.iter().map(|event| event.position.0).collect();
    assert_eq!(positions, (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_append_beyond_the_limit_is_refused_and_the_log_goes_on() {
    let place = Scratch::new();
    let log = place.open();
    let half = vec![0; 33 * 1024 * 1024];
    let refused = add(&log, "s", vec![event(&half), event(&half)]).await.unwrap_err();
    assert!(matches!(refused, LogError::TooLarge { .. }), "{refused}");
    assert_eq!(add(&log, "s", vec![event(&half)]).await.unwrap().revision, 0);
}

#[tokio::test]
async fn each_append_of_a_batch_is_judged_by_itself_in_its_turn() {
    let place = Scratch::new();
    let log = place.open();
    let (used, twin) = (event(b"used"), event(b"twin"));
    add(&log, "s", vec![used.clone()]).await.unwrap();

    let answers = in_one_batch(
        &log,
        vec![
            ("s", Expected::Revision(0), vec![event(b"1")]),
            ("s", Expected::Revision(0), vec![event(b"refused")]),
            ("s", Expected::Revision(1), vec![event(b"2"), event(b"3")]),
            ("t", Expected::NoStream, vec![twin.clone()]),
            ("t", Expected::NoStream, vec![twin.clone()]),
            ("t", Expected::NoStream, vec![event(b"refused")]),
            ("u", Expected::Any, vec![event(b"refused"), used]),
            ("u", Expected::Revision(0), vec![event(b"refused")]),
            ("s", Expected::Revision(3), vec![event(b"4")]),
        ],
    )
    .await;
    // 1 is the used event, 2 the one that held the writer.
    let at = |revision, position| Appended { revision, position: Position(position) };
    assert_eq!(*answers[0].as_ref().unwrap(), at(1, 3));
    assert!(matches!(answers[1], Err(LogError::Conflict { actual: Some(1), .. })));
    assert_eq!(*answers[2].as_ref().unwrap(), at(3, 5));
    assert_eq!(*answers[3].as_ref().unwrap(), at(0, 6));
    assert_eq!(*answers[4].as_ref().unwrap(), at(0, 6));
    assert!(matches!(answers[5], Err(LogError::Conflict { actual: Some(0), .. })));
    assert!(matches!(answers[6], Err(LogError::IdReused)));
    assert!(matches!(answers[7], Err(LogError::Conflict { actual: None, .. })));
    assert_eq!(*answers[8].as_ref().unwrap(), at(4, 7));
    assert_eq!(everything(&log).await.len(), 7);
    assert!(log.read_stream(&stream("u"), 0).await.unwrap().is_empty());
}
