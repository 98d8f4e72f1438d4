// What the tests share: the demo that run.sh has started, its users' tokens, and REST beside the socket.

import assert from 'node:assert/strict'
import { createPrivateKey, randomUUID, sign } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { buildSchema, parse, validate } from 'graphql'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

export const url = process.env.BAKEN_URL
export const socketUrl = `${url.replace('http', 'ws')}/graphql`
const folder = process.env.BAKEN_TOKENS
export const users = readdirSync(folder).filter((file) => file.endsWith('.token')).map((file) => file.slice(0, -6))
export const token = (user) => readFileSync(`${folder}/${user}.token`, 'utf8').trim()
const schema = buildSchema(readFileSync(process.env.BAKEN_SCHEMA, 'utf8'))

/** A token like a user's own that is good for so many seconds still. */
export function shortLived(user, seconds) {
    const [header, payload] = token(user).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url'))
    claims.exp = Math.floor(Date.now() / 1000) + seconds
    const signed = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
    const der = readFileSync(`${process.env.BAKEN_DATA}/dev-issuer.p8`)
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    return `${signed}.${sign('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

async function call(user, path, init = {}) {
    const headers = { authorization: `Bearer ${token(user)}`, ...init.headers }
    const response = await fetch(`${url}${path}`, { ...init, headers })
    return { status: response.status, headers: response.headers, body: await response.json() }
}

export const get = (user, path) => call(user, path)

export async function post(user, path, body) {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() }
    const answer = await call(user, path, { method: 'POST', headers, body: JSON.stringify(body) })
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return answer.body
}

/** All items of a list. */
export async function all(user, path) {
    const items = []
    for (let after = ''; ; ) {
        const { status, body } = await get(user, `${path}?first=200${after}`)
        if (status === 404) return items
        assert.equal(status, 200)
        items.push(...body.items)
        if (!body.next) return items
        after = `&after=${body.next}`
    }
}

export const signal = async () =>
    (await post('outreach-rotterdam', '/v1/signals', { channel: 'outreach_round', municipality: 'rotterdam' })).person_id

export const contact = (person) => post('outreach-rotterdam', `/v1/persons/${person}/contacts`, { summary: 'met' })

/** A client as a browser has it: the token goes with `connection_init`. */
export function client(user, options = {}) {
    return createClient({
        url: socketUrl,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${options.token ?? token(user)}` },
        retryAttempts: 0,
        ...options,
    })
}

/** Follows a subscription: what it told so far, and a way to wait for more. */
export function follow(of, query, variables = {}) {
    assert.deepEqual(validate(schema, parse(query)), [], 'the document fits the schema that is checked in')
    const told = []
    let wake = () => {}
    const state = { told, ended: false, failed: null }
    const notify = () => wake()
    state.stop = of.subscribe({ query, variables }, {
        next: (message) => {
            assert.equal(message.errors, undefined, JSON.stringify(message.errors))
            told.push(Object.values(message.data)[0])
            notify()
        },
        error: (error) => {
            state.failed = error
            notify()
        },
        complete: () => {
            state.ended = true
            notify()
        },
    })
    state.until = async (done, what, patience = 10_000) => {
        const deadline = Date.now() + patience
        while (!done(state)) {
            const left = deadline - Date.now()
            assert.ok(left > 0 && !(state.failed && !done(state)), `${what}: ${JSON.stringify(state.failed)} ${told.length}`)
            await new Promise((resolve) => {
                wake = resolve
                setTimeout(resolve, Math.min(left, 200))
            })
        }
    }
    return state
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits until nothing has been told for a while. */
export async function quiet(followed, milliseconds = 700) {
    for (let before = -1; before !== followed.told.length; ) {
        before = followed.told.length
        await sleep(milliseconds)
    }
}
