import Cote

struct Conversion: Encodable {
    let from, to: String
    let amount: Double
}

let client = try Requester(name: "conversion client", key: "conversion")
let euros: Double = try await client.send("convert", Conversion(from: "usd", to: "eur", amount: 100))
print("100 usd = \(euros) eur")
await client.close()
