import Cote

struct Conversion: Decodable {
    let from, to: String
    let amount: Double
}

let rates = ["usd_eur": 0.91, "eur_usd": 1.10]

let service = try Responder(name: "currency conversion service")
service.on("convert") { (request: Conversion) in
    guard let rate = rates["\(request.from)_\(request.to)"] else { throw RemoteError("no rate", code: "noRate") }
    return request.amount * rate
}
await service.run()
