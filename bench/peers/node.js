// node.js - Node.js cote: one of a pair of processes, told what to do and saying what was measured as the others are. What is
// sent is the object of the rows of Swift, Codable.
'use strict';

const fs = require('fs');
const path = require('path');
const { createHistogram, performance } = require('perf_hooks');

const WINDOW = 64 * 1024; // messages that are under way at most, as for everybody
const STEP = 64; // messages between two words of a subscriber to its publisher
const WARMING = 5; // times as long a warm-up as the others': its compiler waits for what runs often

const work = readArguments(process.argv.slice(2));
const cote = require(path.resolve(work.module));

function readArguments(words) {
    const result = { roles: [] };
    while (words.length > 0) {
        const word = words.shift();
        if (word.startsWith('--')) result[word.slice(2)] = words.shift();
        else result.roles.push(word);
    }
    return result;
}

function make(Component, name) {
    const discovery = { log: false, broadcast: '127.255.255.255', port: Number(work['discovery-port']) };
    return new Component({ name, key: work.key }, discovery);
}

function say(line) {
    fs.writeSync(1, `${line}\n`);
}

function fail(error) {
    fs.writeSync(2, `bench: node: ${error && error.stack ? error.stack : JSON.stringify(error)}\n`);
    process.exit(1);
}

// MARK: what is sent

const BASE = 1000000000;

function conversion(number) {
    return { id: BASE + number, from: 'usd', to: 'eur', sum: 10.5, exact: true };
}

// MARK: what is measured

const nanoseconds = () => performance.now() * 1e6;

// From the end of the warm-up, which begins with the first message, to the end of the measurement.
class Meter {
    constructor() {
        this.latencies = createHistogram();
        this.begun = false;
        this.messages = 0;
        this.lost = 0;
    }

    count(messages, latency) {
        const now = nanoseconds();
        if (this.warm === undefined) this.warm = now + Number(work['warm-up']) * WARMING * 1e9;
        if (!this.begun) {
            if (now >= this.warm) this.begin(now);
            return;
        }
        this.messages += messages;
        if (latency !== undefined) this.latencies.record(Math.max(1, Math.round(latency)));
        if (now >= this.end) this.finish(now);
    }

    begin(now) {
        this.begun = true;
        this.first = now;
        this.end = now + Number(work.seconds) * 1e9;
        say('begin');
    }

    // What the process has used is looked at then, so it does nothing more, and waits to be killed.
    finish(now) {
        const at = (percent) => (this.latencies.count > 0 ? this.latencies.percentile(percent) : 0);
        say(JSON.stringify({
            messages: this.messages,
            lost: this.lost,
            seconds: (now - this.first) / 1e9,
            p50: at(50),
            p99: at(99),
            p999: at(99.9),
        }));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
}

// MARK: requests

function respond() {
    const responder = make(cote.Responder, 'responder');
    responder.on('echo', (request, callback) => callback(null, request));
    responder.sock.on('bind', () => say(`ready ${responder.advertisement.port}`));
}

function request() {
    const requester = make(cote.Requester, 'requester');
    const meter = new Meter();
    const ask = () => {
        const sent = nanoseconds();
        requester.send({ type: 'echo', ...conversion(0) }, (error) => {
            if (error) fail(error);
            meter.count(1, nanoseconds() - sent);
            ask();
        });
    };
    for (let i = 0; i < Number(work['in-flight']); i++) ask();
}

// MARK: publishing

// What each subscriber has got, eight bytes each, in a file of the memory that both processes have.
class Gate {
    constructor() {
        this.file = fs.openSync(work.gate, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
        this.words = new BigUint64Array(Number(work.subscribers));
        this.word = new BigUint64Array(1);
        this.least = 0;
    }

    look() {
        fs.readSync(this.file, this.words, 0, this.words.byteLength, 0);
        this.least = Number(this.words.reduce((least, word) => (word < least ? word : least)));
    }

    pass(subscriber, received) {
        if (received % STEP !== 0) return;
        this.word[0] = BigInt(received);
        fs.writeSync(this.file, this.word, 0, 8, subscriber * 8);
    }
}

function publish() {
    const publisher = make(cote.Publisher, 'publisher');
    const gate = new Gate();
    let sent = 0;
    const send = () => {
        if (sent - gate.least + STEP > WINDOW) {
            gate.look();
            if (sent - gate.least > WINDOW / 2) return setTimeout(send, 1);
        }
        for (let i = 0; i < STEP; i++) publisher.publish('number', conversion(sent++));
        setImmediate(send); // what was sent leaves
    };
    const begin = () => {
        if (publisher.sock.sock.socks.length < Number(work.subscribers)) setTimeout(begin, 1);
        else send();
    };
    publisher.sock.sock.on('bind', () => {
        say(`ready ${publisher.advertisement.port}`);
        begin();
    });
}

function subscribe() {
    const gate = new Gate();
    const meter = new Meter();
    for (let i = 0; i < Number(work.subscribers); i++) {
        const subscriber = make(cote.Subscriber, 'subscriber');
        let received = 0;
        subscriber.on('number', (message) => {
            const number = message.id - BASE;
            meter.lost += number - received;
            received = number + 1;
            gate.pass(i, received);
            if (received % 16 === 0) meter.count(16);
        });
    }
}

// MARK: one request at a time, to see when it is answered

function askNowAndThen() {
    const requester = make(cote.Requester, 'requester');
    const ask = () => {
        if (requester.sock.socks.length > 0) return setTimeout(ask, 1);
        requester.send({ type: 'echo', ...conversion(0) }, (error) => {
            if (error) fail(error);
            say(`answered ${process.hrtime.bigint()}`); // the clock of all processes
        });
        say('asked');
    };
    ask();
    process.stdin.on('data', ask);
}

process.on('uncaughtException', fail);
process.stdin.on('end', () => process.exit(0)).resume();
const role = work.roles[1];
if (role === 'asker') askNowAndThen();
else if (work.subscribers === undefined) (role === 'server' ? respond : request)();
else (role === 'server' ? publish : subscribe)();
