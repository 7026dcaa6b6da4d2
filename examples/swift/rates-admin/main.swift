import Cote

struct Rate: Codable {
    let currencies: String
    let rate: Double
}

let admin = try Requester(name: "rates admin", key: "arbitration")
try await admin.send("update rate", Rate(currencies: "usd_eur", rate: 0.5))
print("usd_eur is 0.5 from now on")
await admin.close()
