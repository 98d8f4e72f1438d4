// When the service is asked to end, what it holds open ends, and it goes.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import WebSocket from 'ws'
import { sleep, socketUrl, token, url } from './support.mjs'

test('when the service is asked to end, sockets and streams end at once, and so does it', { timeout: 20_000 }, async () => {
    const authorization = `Bearer ${token('coordinator-rotterdam')}`
    const sockets = []
    for (let index = 0; index < 5; index += 1) {
        const socket = new WebSocket(socketUrl, 'graphql-transport-ws', { headers: { authorization } })
        await new Promise((resolve) => socket.on('open', resolve))
        socket.send(JSON.stringify({ type: 'connection_init' }))
        await new Promise((resolve) => socket.once('message', resolve))
        sockets.push(new Promise((resolve) => socket.on('close', resolve)))
    }
    // Nor is it held up by one that has not said who it is.
    const silent = new WebSocket(socketUrl, 'graphql-transport-ws')
    await new Promise((resolve) => silent.on('open', resolve))
    sockets.push(new Promise((resolve) => silent.on('close', resolve)))
    const stream = await fetch(`${url}/v1/stream`, { headers: { authorization } })
    const ended = (async () => {
        for await (const _ of stream.body);
    })()
    const pid = Number(process.env.BAKEN_PID)
    const began = Date.now()
    process.kill(pid, 'SIGTERM')
    assert.deepEqual(await Promise.all(sockets), Array(6).fill(1001))
    await ended
    for (;;) {
        try {
            process.kill(pid, 0)
        } catch {
            break
        }
        // It is run.sh's child, which does not wait for it: when it has ended it answers nothing.
        const answers = await fetch(`${url}/health/live`).then(() => true, () => false)
        if (!answers) break
        await sleep(100)
    }
    assert.ok(Date.now() - began < 5_000, `it took ${Date.now() - began} ms`)
})
