import Cote
import FoundationEssentials

let service = try Responder(name: "time service")
service.on("time") { Date.now }
await service.run()
