// What the subscriptions tell: as much as REST shows the same user, once, in order, and for as long as they may know.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, client, contact, follow, get, post, quiet, signal, sleep, users } from './support.mjs'

const CHANGED = `subscription ($id: ID!, $after: Position) {
    personChanged(id: $id, after: $after) { position eventId type personId person { personId phase } } }`
const LOOKOUTS = `subscription ($after: Position) {
    lookoutIssued(after: $after) { position eventId personId lookout { lookoutId state description recipients } } }`
const HANDOVERS = `subscription ($after: Position) {
    handoverChanged(after: $after) { position eventId type personId handover { handoverId state country } } }`
const WORKLIST = `subscription ($first: Int, $after: Position) {
    worklistChanged(first: $first, after: $after) { position more
        tasks { kind personId subjectId since dueAt overdue because } } }`

const OVER = new Set(['handover_withdrawn', 'handover_declined', 'consent_withdrawn'])
const ENDS = new Set(['lookout_resolved', 'lookout_expired', 'lookout_ended', 'care_alert_ended', 'handover_withdrawn'])

const within = async (user, followed) => {
    const ids = followed.told.map((change) => change.eventId)
    assert.equal(new Set(ids).size, ids.length, `${user}: nothing twice`)
    const positions = followed.told.map((change) => Number(change.position))
    assert.deepEqual(positions, positions.toSorted((one, other) => one - other), `${user}: in order`)
}

test('every user is told of what REST shows them and of nothing else', async () => {
    const everybody = new Set()
    for (const user of users) for (const person of await all(user, '/v1/persons')) everybody.add(person.person_id)
    assert.ok(everybody.size > 0)
    let told = 0
    for (const user of users) {
        const of = client(user)
        const lookouts = follow(of, LOOKOUTS, { after: '0' })
        const handovers = follow(of, HANDOVERS, { after: '0' })
        const persons = [...everybody].slice(0, 15).map((id) => [id, follow(of, CHANGED, { id, after: '0' })])
        await Promise.all([lookouts, handovers, ...persons.map(([, followed]) => followed)].map((each) => quiet(each)))
        const shown = new Map((await all(user, '/v1/lookouts')).map((lookout) => [lookout.lookout_id, lookout]))
        assert.deepEqual(
            new Set(lookouts.told.map(({ lookout }) => lookout.lookoutId)),
            new Set(shown.keys()),
            `${user}: lookouts`,
        )
        for (const { lookout } of lookouts.told) {
            const rest = shown.get(lookout.lookoutId)
            assert.deepEqual([lookout.state, lookout.description ?? undefined], [rest.state, rest.description])
            assert.deepEqual(lookout.recipients ?? undefined, rest.recipients)
        }
        const own = new Set((await all(user, '/v1/handovers')).map((handover) => handover.handover_id))
        // That one is over is told with no handover, to those who see no more of it.
        const seen = handovers.told.filter(({ handover }) => handover)
        assert.deepEqual(new Set(seen.map(({ handover }) => handover.handoverId)), own, `${user}: handovers`)
        for (const { type, handover } of handovers.told) assert.ok(handover || OVER.has(type), `${user}: ${type}`)
        for (const [id, followed] of persons) {
            const { status } = await get(user, `/v1/persons/${id}`)
            const timeline = (await all(user, `/v1/persons/${id}/timeline`)).map((entry) => entry.event_id)
            // Those who were asked are told that it is over, also where they see no more of the person.
            const known = new Set(timeline)
            const shownTo = followed.told.filter((change) => known.has(change.eventId) || !ENDS.has(change.type))
            assert.deepEqual(shownTo.map((change) => change.eventId), timeline, `${user}: ${id}`)
            assert.equal(followed.ended, status === 404, `${user}: whom one may not know of, nothing is told of`)
            await within(user, followed)
            told += timeline.length
        }
        await within(user, lookouts)
        await within(user, handovers)
        await of.dispose()
    }
    assert.ok(told > 100)
})

test('who comes back from where they were misses nothing and is told nothing twice while others write', async () => {
    const person = await signal()
    const ids = []
    const [COUNT, WRITERS] = [150, 3]
    const writing = Promise.all(
        Array.from({ length: WRITERS }, async () => {
            for (let index = 0; index < COUNT / WRITERS; index += 1) await contact(person)
        }),
    )
    let [after, connections] = ['0', 0]
    while (ids.length < COUNT + 2) {
        const of = client('coordinator-rotterdam')
        const followed = follow(of, CHANGED, { id: person, after })
        const wanted = Math.min(1 + Math.floor(Math.random() * 12), COUNT + 2 - ids.length)
        await followed.until(({ told }) => told.length >= wanted, 'more comes')
        // What else had come by now is not looked at: it is lost with the connection.
        for (const change of followed.told.slice(0, wanted)) {
            ids.push(change.eventId)
            after = change.position
            assert.equal(change.person.personId, person)
        }
        of.terminate()
        await of.dispose()
        connections += 1
    }
    await writing
    assert.ok(connections > 10)
    const timeline = await all('coordinator-rotterdam', `/v1/persons/${person}/timeline`)
    assert.deepEqual(ids, timeline.map((entry) => entry.event_id))
})

test('a lookout reaches those whom it is addressed to and nobody else, without being asked for', async () => {
    const person = await signal()
    const [recipient, stranger] = [client('shelter24-rotterdam'), client('night-shelter-utrecht')]
    const [told, untold] = [follow(recipient, LOOKOUTS), follow(stranger, LOOKOUTS)]
    await sleep(500)
    await post('coordinator-rotterdam', `/v1/persons/${person}/lookouts`, {
        recipients: [{ organisation: 'shelter24-rotterdam' }],
        description: 'A man with a red cap.',
    })
    await told.until(({ told }) => told.length === 1, 'the lookout')
    assert.equal(told.told[0].personId, person)
    assert.equal(told.told[0].lookout.description, 'A man with a red cap.')
    await quiet(untold)
    assert.deepEqual(untold.told, [])
    await recipient.dispose()
    await stranger.dispose()
})

const spelt = ({ kind, person_id, subject_id = null, since, due_at, overdue, because = null }) => {
    const [sinceTime, dueTime] = [since, due_at].map((time) => new Date(time).toISOString())
    return { kind, personId: person_id, subjectId: subject_id, since: sinceTime, dueAt: dueTime, overdue, because }
}
const asTold = (task) => ({
    ...task,
    since: new Date(task.since).toISOString(),
    dueAt: new Date(task.dueAt).toISOString(),
})

test('the worklist is told as it is, and again when it is another, and only then', async () => {
    const user = 'street-doctor-rotterdam'
    const of = client(user)
    const followed = follow(of, WORKLIST, { first: 200 })
    await followed.until(({ told }) => told.length === 1, 'the list as it is')
    const matches = async () => {
        const { body } = await get(user, '/v1/worklist?first=200')
        assert.deepEqual(followed.told.at(-1).tasks.map(asTold), body.items.map(spelt))
    }
    await matches()
    // What is no business of the doctor changes nothing.
    const person = await signal()
    await contact(person)
    const before = followed.told.length
    await quiet(followed)
    await matches()
    const referral = await post('coordinator-rotterdam', `/v1/persons/${person}/referrals`, {
        to: 'street-doctor-rotterdam',
        offering: 'medical_clinic',
    })
    await followed.until(({ told }) => told.length > before, 'the referral waits')
    await quiet(followed)
    await matches()
    const asked = followed.told.length
    assert.ok(followed.told.at(-1).tasks.some((task) => task.subjectId === referral.referral_id))
    await post(user, `/v1/persons/${person}/referrals/${referral.referral_id}/accept`, {})
    await followed.until(({ told }) => told.length > asked, 'it waits no longer')
    await quiet(followed)
    await matches()
    for (let index = 1; index < followed.told.length; index += 1) {
        assert.notDeepEqual(followed.told[index].tasks, followed.told[index - 1].tasks, 'only what changed is told')
    }
    // Who comes back with the position of the last list is not told it again.
    const { position } = followed.told.at(-1)
    const again = follow(of, WORKLIST, { first: 200, after: position })
    await quiet(again)
    assert.deepEqual(again.told, [])
    await post('coordinator-rotterdam', `/v1/persons/${await signal()}/referrals`, {
        to: 'street-doctor-rotterdam',
        offering: 'medical_clinic',
    })
    await again.until(({ told }) => told.length > 0, 'the next change')
    await of.dispose()
})

const CONDITIONS = [
    'housing_arranged',
    'addiction_care_arranged',
    'psychiatry_arranged',
    'professional_knows_home_options',
    'options_presented_honestly',
    'embassy_contacted',
]

test("a withdrawn consent ends the liaison's subscription to the person, and tells once that the handover is over", async () => {
    const person = await signal()
    const step = (path, body) => post('supporter-rotterdam', `/v1/persons/${person}/${path}`, body)
    await post('coordinator-rotterdam', `/v1/persons/${person}/referrals`, {
        to: 'supporter-rotterdam',
        offering: 'client_support',
    })
    await step('return-options', { language: 'pl', wish: 'wants_to_return', options: 'A clinic at home.' })
    for (const condition of CONDITIONS) await step('return-conditions', { condition, country: 'PL', evidence: 'A letter.' })
    const of = client('liaison-pl')
    const handovers = follow(of, HANDOVERS)
    const early = follow(of, CHANGED, { id: person })
    await early.until(({ ended }) => ended, 'before the handover there is nobody')
    const consent = await step('consents', {
        purpose: 'repatriation',
        recipient: { country: 'PL' },
        data_classes: ['identity', 'return'],
        language: 'pl',
    })
    await step('handovers', { country: 'PL', receiving_organisation: 'A clinic', plan: 'By bus.' })
    await handovers.until(({ told }) => told.length === 1, 'the handover')
    assert.deepEqual([handovers.told[0].type, handovers.told[0].handover.state], ['handover_proposed', 'proposed'])
    const followed = follow(of, CHANGED, { id: person, after: '0' })
    await followed.until(({ told }) => told.length === 1, 'she is told of the handover')
    assert.equal(followed.told[0].person.phase, null, 'and of the person no more than her role sees')
    await step(`consents/${consent.consent_id}/withdraw`, {})
    await followed.until(({ ended }) => ended, 'it ends')
    await quiet(handovers)
    assert.deepEqual(handovers.told.slice(1).map(({ type, handover }) => [type, handover]), [['handover_withdrawn', null]])
    assert.equal(followed.told.length, 1)
    await of.dispose()
})
