import NetworkIR
import Testing

@testable import CEmitter
@testable import Hardware

struct SimulationConfigurationTests {
  /// The simulator refuses any other key.
  private static let keys = [
    "cores", "l1_bytes", "l2_bytes", "tcdm_banks", "l2_latency_cycles", "barrier_cycles", "dma_bytes_per_cycle",
    "dma_latency_cycles", "dma_line_cycles", "dma_queue", "icache_bytes", "icache_line_bytes", "icache_ways",
    "icache_refill_cycles", "ram_bytes", "ram_burst_bytes", "ram_read_first_cycles", "ram_read_next_cycles",
    "ram_write_first_cycles", "ram_write_next_cycles", "flash_bytes", "flash_burst_bytes", "flash_first_cycles",
    "flash_next_cycles", "master_stack_bytes", "worker_stack_bytes", "code_reserve_bytes",
  ]

  private static func values(_ target: Target) -> [(key: String, value: Int?)] {
    simulationConfiguration(target, programBytes: 100_000).split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      return (String(words[0]), Int(words[1]))
    }
  }

  @Test func `every key is there once, with a number`() {
    for target in Target.builtin {
      let values = Self.values(target)
      #expect(values.map(\.key) == Self.keys)
      #expect(values.allSatisfy { $0.value != nil })
    }
  }

  /// 35,200 ns at 50 MHz are 1,760 cycles, and at 33 MHz 1,161.6.
  @Test func `durations of L3 are cycles of the cluster, begun ones counted`() throws {
    var target = try Target.named("gap8")
    func first(_ key: String) -> Int? { Self.values(target).first { $0.key == key }?.value }
    #expect(first("ram_read_first_cycles") == 1_760 && first("flash_next_cycles") == 837)
    target.clocks.clusterHertz = 33_000_000
    target.ram.write = nil
    #expect(first("ram_write_first_cycles") == 1_162)
  }

  @Test func `a chip without flash has one of no bytes`() throws {
    var target = try Target.named("gap8")
    target.flash = nil
    let flash = Self.values(target).filter { $0.key.hasPrefix("flash_") }
    #expect(flash.map(\.value) == [0, 0, 0, 0])
  }
}
