import Cote
import Synchronization

struct Rate: Codable {
    let currencies: String
    let rate: Double
}

struct Conversion: Decodable {
    let from, to: String
    let amount: Double
}

let rates = Mutex(["usd_eur": 0.91, "eur_usd": 1.10])

let subscriber = try Subscriber(name: "conversion's rates", key: "rates", subscribesTo: ["update rate"])
subscriber.on("update rate") { (update: Rate) in
    rates.withLock { $0[update.currencies] = update.rate }
}

let service = try Responder(name: "conversion service", key: "conversion")
service.on("convert") { (request: Conversion) in
    guard let rate = rates.withLock({ $0["\(request.from)_\(request.to)"] }) else {
        throw RemoteError("no rate", code: "noRate")
    }
    return request.amount * rate
}
await service.run()
