// The protocol where it is broken: what is refused at the upgrade, and with which codes a connection is closed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import WebSocket from 'ws'
import { client, follow, quiet, shortLived, socketUrl, token, url } from './support.mjs'

const PROTOCOL = 'graphql-transport-ws'
const COORDINATOR = 'coordinator-rotterdam'
const bearer = (user) => `Bearer ${token(user)}`

/** Opens a socket and says some messages, one after another; what came back, and how it was closed. */
function speak(messages, { headers = {}, protocol = PROTOCOL, close = true } = {}) {
    return new Promise((resolve, reject) => {
        const socket = new WebSocket(socketUrl, protocol, { headers })
        const heard = []
        const say = () => {
            const message = messages.shift()
            if (message !== undefined) socket.send(typeof message === 'object' && !Buffer.isBuffer(message) ? JSON.stringify(message) : message)
            else if (close) setTimeout(() => socket.close(1000), 300)
        }
        socket.on('open', say)
        socket.on('message', (data) => {
            heard.push(JSON.parse(data))
            say()
        })
        socket.on('close', (code, reason) => resolve({ code, reason: String(reason), heard }))
        socket.on('unexpected-response', (_, response) => {
            let body = ''
            response.on('data', (data) => (body += data))
            response.on('end', () => resolve({ status: response.statusCode, type: response.headers['content-type'], problem: JSON.parse(body) }))
        })
        socket.on('error', reject)
    })
}

const init = (authorization = bearer(COORDINATOR)) => ({ type: 'connection_init', payload: { authorization } })
const subscribe = (id, query) => ({ type: 'subscribe', id, payload: { query } })
const LOOKOUTS = 'subscription { lookoutIssued { position } }'

test('an upgrade that is not for us is refused with a problem', async () => {
    const refused = async (options, status, code) => {
        const answer = await speak([], options)
        assert.deepEqual([answer.status, answer.problem?.code], [status, code], JSON.stringify(options))
        assert.equal(answer.type, 'application/problem+json')
    }
    await refused({ protocol: 'graphql-ws' }, 400, 'malformed_header')
    await refused({ protocol: [] }, 400, 'malformed_header')
    await refused({ headers: { origin: 'https://elsewhere.example' } }, 403, 'foreign_origin')
    await refused({ headers: { origin: 'null' } }, 403, 'foreign_origin')
    await refused({ headers: { authorization: 'Bearer x.y.z' } }, 401, 'token_malformed')
    const plain = await fetch(`${url}/graphql`)
    assert.deepEqual([plain.status, plain.headers.get('allow')], [405, 'POST'])
})

test('the own page, and a client that offers the older protocol beside, are let in', async () => {
    const own = { headers: { origin: url }, protocol: ['graphql-ws', PROTOCOL] }
    const { heard } = await speak([init()], own)
    assert.deepEqual(heard, [{ type: 'connection_ack' }])
})

test('a token comes with the upgrade, or with the first message, and never of two callers', async () => {
    const headers = { authorization: bearer(COORDINATOR) }
    const me = subscribe('1', '{ me { user } }')
    for (const [messages, options] of [
        [[{ type: 'connection_init' }, me], { headers }],
        [[init(), me], {}],
        [[init(), me], { headers }],
    ]) {
        const { heard } = await speak(messages, options)
        assert.deepEqual(heard[1], { type: 'next', id: '1', payload: { data: { me: { user: COORDINATOR } } } })
    }
    assert.equal((await speak([init(bearer('police-rotterdam'))], { headers })).code, 4403)
})

test('without a token that is accepted it is closed with 4401', async () => {
    for (const first of [
        { type: 'connection_init' },
        { type: 'connection_init', payload: {} },
        init('Bearer x.y.z'),
        init(`Bearer ${shortLived(COORDINATOR, -60)}`),
        init(token(COORDINATOR)),
        { type: 'connection_init', payload: { authorization: 7 } },
        subscribe('1', '{ me { user } }'),
    ]) {
        const { code, heard } = await speak([first], { close: false })
        assert.deepEqual([code, heard], [4401, []], JSON.stringify(first))
    }
})

test('what is not of the protocol closes it with the codes that the protocol has', async () => {
    const closed = async (messages, code) => {
        const said = JSON.stringify(messages)
        assert.equal((await speak(messages, { close: false })).code, code, said)
    }
    await closed([init(), init()], 4429)
    await closed([init(), 'no JSON'], 4400)
    await closed([init(), { type: 'start', id: '1', payload: { query: LOOKOUTS } }], 4400)
    await closed([init(), { type: 'subscribe', id: '1', payload: { query: 7 } }], 4400)
    await closed([init(), { type: 'subscribe', id: '1', payload: { query: LOOKOUTS, variables: [] } }], 4400)
    await closed([init(), Buffer.from('{"type": "ping"}')], 4400)
    await closed([init(), { type: 'ping', payload: { text: 'x'.repeat(70_000) } }], 1009)
})

test('an id that is taken closes it with 4409, and is free again when its operation is complete', async () => {
    // The subscription says nothing, so a ping in between asks for the next message.
    const taken = [init(), subscribe('1', LOOKOUTS)]
    const socket = new WebSocket(socketUrl, PROTOCOL)
    await new Promise((resolve) => socket.on('open', resolve))
    for (const message of taken) socket.send(JSON.stringify(message))
    socket.send(JSON.stringify({ type: 'complete', id: '1' }))
    socket.send(JSON.stringify(subscribe('1', LOOKOUTS)))
    socket.send(JSON.stringify({ type: 'ping' }))
    await new Promise((resolve) => socket.on('message', (data) => JSON.parse(data).type === 'pong' && resolve()))
    socket.send(JSON.stringify(subscribe('1', LOOKOUTS)))
    const code = await new Promise((resolve) => socket.on('close', resolve))
    assert.equal(code, 4409)
})

test('who does not say who they are is not waited for', { timeout: 20_000 }, async () => {
    const began = Date.now()
    const { code } = await speak([{ type: 'ping' }], { close: false })
    assert.equal(code, 4408)
    assert.ok(Date.now() - began < 12_000)
})

test('operations are held to the limits of queries, and refused one by one', async () => {
    const refused = async (query) => {
        const { heard } = await speak([init(), subscribe('1', query)])
        assert.equal(heard.length, 2, 'an error, and nothing after it')
        const [, { type, id, payload }] = heard
        assert.deepEqual([type, id], ['error', '1'])
        return payload[0].extensions.code
    }
    assert.equal(await refused('mutation { a }'), 'READ_ONLY')
    assert.equal(await refused('subscription { lookoutIssued { position } handoverChanged { position } }'), 'SUBSCRIPTION_ROOT')
    assert.equal(await refused(`subscription { a ${'{ a '.repeat(13)}${'}'.repeat(14)}`), 'TOO_DEEP')
    assert.equal(await refused(`{ __typename }${' '.repeat(17_000)}`), 'QUERY_TOO_LARGE')
    assert.equal(await refused('subscription { nothing }'), 'INVALID_QUERY')
    assert.equal(await refused('subscription { worklistChanged(first: 0) { position } }'), 'BAD_INPUT')
    assert.equal(await refused('subscription { lookoutIssued(after: "99999999") { position } }'), 'BAD_INPUT')
    assert.equal(await refused('subscription { lookoutIssued(after: "x") { position } }'), 'BAD_INPUT')
})

test('a query is answered over the socket as it is over HTTP', async () => {
    const query = '{ lookouts(after: "x") { nodes { lookoutId } } me { role } }'
    const { heard } = await speak([init(), subscribe('1', query), { type: 'ping' }])
    const headers = { authorization: bearer(COORDINATOR), 'content-type': 'application/json' }
    const answer = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })
    assert.deepEqual(heard.find(({ type }) => type === 'next').payload, await answer.json())
    assert.ok(heard.some(({ type, id }) => type === 'complete' && id === '1'))
})

test('one connection follows twenty operations, and refuses the next', async () => {
    const of = client(COORDINATOR)
    const followed = Array.from({ length: 20 }, () => follow(of, LOOKOUTS))
    await quiet(followed[0])
    assert.ok(followed.every(({ failed }) => !failed))
    const next = follow(of, LOOKOUTS)
    await next.until(({ failed }) => failed, 'it is refused')
    assert.equal(next.failed[0].extensions.code, 'TOO_MANY_OPERATIONS')
    followed[0].stop()
    await followed[0].until(({ ended }) => ended, 'one is given up')
    const another = follow(of, LOOKOUTS)
    await quiet(another)
    assert.equal(another.failed, null)
    await of.dispose()
})

test('it is closed with 4403 when the token expires, and a client with a new one comes back', { timeout: 20_000 }, async () => {
    const began = Date.now()
    const { code, reason } = await speak([init(`Bearer ${shortLived(COORDINATOR, 3)}`)], { close: false })
    assert.deepEqual([code, reason], [4403, 'token_expired'])
    assert.ok(Date.now() - began < 5_000)
    let connections = 0
    const of = client(COORDINATOR, {
        retryAttempts: 3,
        retryWait: async () => {},
        connectionParams: () => {
            connections += 1
            return { authorization: `Bearer ${connections === 1 ? shortLived(COORDINATOR, 3) : token(COORDINATOR)}` }
        },
    })
    const followed = follow(of, LOOKOUTS)
    await followed.until(() => connections === 2, 'it comes back by itself')
    assert.equal(followed.failed, null)
    await of.dispose()
})
