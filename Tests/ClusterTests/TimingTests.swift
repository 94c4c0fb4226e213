import Foundation
import Testing

/// The durations that a machine's figures promise.
struct TimingTests {
  /// One entry of a timeline.
  private struct Event: Decodable {
    var track: String
    var name: String
    var begin: Int
    var end: Int
    var bytes: Int
    var cycles: Int { end - begin }
  }

  private func timeline(_ program: String, on machine: Machine) throws -> [Event] {
    let simulator = try Simulator.shared.get()
    let file = simulator.folder.appendingPathComponent("\(UUID().uuidString).json")
    let output = try simulator.run(program, on: machine, options: ["--timeline", file.path])
    #expect(output.status == 0, "\(output)")
    return try JSONDecoder().decode([Event].self, from: try Data(contentsOf: file))
  }

  @Test(arguments: [
    [:], ["ram_read_first_cycles": 1760, "ram_read_next_cycles": 837], ["flash_burst_bytes": 512],
    ["ram_burst_bytes": 64, "ram_write_next_cycles": 1],
  ])
  func `a transfer of L3 takes its first burst and every further one`(figures: [String: Int]) throws {
    let machine = Machine(figures)
    let transfers = try timeline("durations", on: machine).filter { $0.track == "l3" }
    let kinds = [
      "read from RAM": ("ram_burst_bytes", "ram_read_first_cycles", "ram_read_next_cycles"),
      "write to RAM": ("ram_burst_bytes", "ram_write_first_cycles", "ram_write_next_cycles"),
      "read from flash": ("flash_burst_bytes", "flash_first_cycles", "flash_next_cycles"),
    ]
    #expect(transfers.count == 15)
    for transfer in transfers {
      let (burst, first, next) = try #require(kinds[transfer.name])
      let further = (transfer.bytes + machine[burst] - 1) / machine[burst] - 1
      #expect(transfer.cycles == machine[first] + further * machine[next], "\(transfer)")
    }
  }

  @Test(arguments: [4, 8, 16], [0, 1, 5])
  func `a copy takes its latency, its width and its lines`(width: Int, lineCycles: Int) throws {
    let machine = Machine(["dma_bytes_per_cycle": width, "dma_line_cycles": lineCycles, "dma_latency_cycles": 31])
    let events = try timeline("durations", on: machine)
    let loads = events.filter { $0.track == "load" }
    #expect(loads.map(\.bytes).prefix(2) == [1000, 448])
    #expect(loads[0].cycles == 31 + (1000 + width - 1) / width)
    // After its last line the engine is busy, but the copy is done.
    #expect(loads[1].cycles == 31 + 7 * (64 / width + lineCycles) - lineCycles)
    #expect(events.first { $0.track == "store" }?.cycles == 32)
  }

  @Test(arguments: [("l2_latency_cycles", "l2_loads"), ("barrier_cycles", "barriers")])
  func `L2 and the barrier take as long as the machine says`(figure: String, measurement: String) throws {
    let simulator = try Simulator.shared.get()
    let cycles = try [3, 10, 25].map { try simulator.run("durations", on: Machine([figure: $0])).value(measurement) }
    #expect(cycles[0] > 0)
    if figure == "l2_latency_cycles" {
      // 100 loads, each of which needs the one before.
      #expect(cycles[1] - cycles[0] == 700 && cycles[2] - cycles[1] == 1500, "\(cycles)")
    } else {
      // 100 barriers, and the start and the end of the task that they are in.
      #expect((700...721).contains(cycles[1] - cycles[0]), "\(cycles)")
      #expect((1500...1545).contains(cycles[2] - cycles[1]), "\(cycles)")
    }
  }

  @Test
  func `cores that load from one bank wait for each other, from banks of their own they do not`() throws {
    let output = try Simulator.shared.get().run("banks")
    #expect(output.value("own_conflicts") == 0, "\(output)")
    #expect(output.value("own_cycles") < 800, "\(output)")
    // 400 loads by 8 cores, one a cycle: words 16 banks apart share a bank as one word does.
    for name in ["same", "far"] {
      #expect((3200...3300).contains(output.value("\(name)_cycles")), "\(output)")
      // While one core is served, the others wait, but for the cycles of their loops.
      #expect((3200 * 5...3200 * 7).contains(output.value("\(name)_conflicts")), "\(output)")
    }
  }

  @Test(arguments: [1024, 4096, 4096 + 2048])
  func `code is fetched once where the cache holds it`(codeBytes: Int) throws {
    let machine = Machine(["icache_bytes": 8192])
    let output = try Simulator.shared.get().run("straight", on: machine, definitions: ["CODE_BYTES": codeBytes])
    let lines = codeBytes / 16
    #expect((lines...lines + 8).contains(output.value("cold_refills")), "\(output)")
    #expect(output.value("warm_refills") == 0, "\(output)")
    #expect(output.value("warm_cycles") < codeBytes / 4 + 30, "\(output)")
    #expect(output.value("all_refills") <= 24, "\(output)")
  }

  @Test
  func `code larger than the cache is fetched again, once for all cores`() throws {
    let machine = Machine(["icache_bytes": 2048])
    let output = try Simulator.shared.get().run("straight", on: machine, definitions: ["CODE_BYTES": 4096])
    for run in ["warm", "all"] {
      #expect((256...280).contains(output.value("\(run)_refills")), "\(output)")
    }
  }

  @Test
  func `every refill takes its cycles`() throws {
    let outputs = try [16, 36].map { refillCycles in
      try Simulator.shared.get().run(
        "straight", on: Machine(["icache_bytes": 8192, "icache_refill_cycles": refillCycles]),
        definitions: ["CODE_BYTES": 4096])
    }
    let extra = outputs[1].value("cold_cycles") - outputs[0].value("cold_cycles")
    let refills = outputs[0].value("cold_refills")
    #expect(abs(extra - 20 * refills) <= 5 * 20, "\(outputs)")
    #expect(outputs[0].value("warm_cycles") == outputs[1].value("warm_cycles"))
  }

  @Test
  func `without a cache every fetch is a hit`() throws {
    let output = try Simulator.shared.get().run("straight", definitions: ["CODE_BYTES": 16384])
    #expect(output.value("cold_refills") == 0 && output.value("cold_cycles") == output.value("warm_cycles"))
  }
}
