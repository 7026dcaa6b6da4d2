import Cote
import FoundationEssentials

let client = try Requester(name: "time client")
let time: Date = try await client.send("time")
print(time)
await client.close()
