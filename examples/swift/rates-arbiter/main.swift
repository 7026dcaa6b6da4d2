import Cote

struct Rate: Codable {
    let currencies: String
    let rate: Double
}

let publisher = try Publisher(name: "rates publisher", key: "rates", broadcasts: ["update rate"])
let arbiter = try Responder(name: "rates arbiter", key: "arbitration")
arbiter.on("update rate") { (rate: Rate) in
    try publisher.publish("update rate", rate)
}
await arbiter.run()
