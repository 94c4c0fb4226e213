import Hardware
import NetworkIR
import Testing

@testable import TilingSolver

struct ConstantHomesTests {
  /// A network with constants in several layers, and the bytes of each.
  private static func workload(_ seed: UInt64) throws -> (workload: Workload, bytes: [Int]) {
    let workload = Workload(try RandomNetworkBuilder.network(seed: seed, layers: 12))
    return (workload, workload.layers.map { $0.shape.leastConstantBytes })
  }

  @Test func `all constants are in ram where it holds them`() throws {
    let (workload, _) = try Self.workload(5)
    let homes = ConstantHomes(workload, target: try Target.named("gap8"), objective: .latency)
    #expect(homes.levels.allSatisfy { $0 == .l3 })
  }

  @Test func `from power-up all constants come from flash, without flash from ram`() throws {
    let (workload, bytes) = try Self.workload(5)
    var target = try Target.named("gap8")
    let homes = ConstantHomes(workload, target: target, objective: .cold).levels
    #expect(zip(homes, bytes).allSatisfy { $0 == .flash || $1 == 0 })
    target.flash = nil
    #expect(ConstantHomes(workload, target: target, objective: .cold).levels.allSatisfy { $0 == .l3 })
  }

  @Test(arguments: Array(UInt64(0)..<20))
  func `what ram does not hold goes to flash, and nothing that would still fit`(seed: UInt64) throws {
    let (workload, bytes) = try Self.workload(seed)
    let lives = TensorLifetime.all(in: workload).compactMap { $0 }
    let fullest = workload.layers.indices.map { step in
      lives.filter { $0.live.contains(step) }.reduce(0) { $0 + $1.bytes }
    }
    var target = try Target.named("gap8")
    let total = bytes.reduce(0, +)
    target.ram.bytes = (fullest.max() ?? 0) + total / 2
    let homes = ConstantHomes(workload, target: target, objective: .latency).levels
    let inRAM = zip(homes, bytes).reduce(0) { $1.0 == .l3 ? $0 + $1.1 : $0 }
    #expect(inRAM <= total / 2, "seed \(seed)")
    let padding = workload.layers.map { 4 + 8 * $0.shape.output.channels }
    let slack = homes.indices.filter { homes[$0] == .l3 }.reduce(total / 2 - inRAM) { $0 - padding[$1] }
    for (layer, home) in homes.enumerated() where home == .flash {
      #expect(bytes[layer] + padding[layer] > slack, "seed \(seed), layer \(layer)")
    }
  }

  @Test func `a pin of constants to flash comes first`() throws {
    let (workload, bytes) = try Self.workload(5)
    let layer = try #require(bytes.firstIndex { $0 > 0 })
    let pins = Pins(tensors: [TensorPin(name: workload.layers[layer].constantsName, level: .flash)])
    let homes = ConstantHomes(workload, target: try Target.named("gap8"), objective: .latency, pins: pins).levels
    #expect(homes.indices.filter { homes[$0] == .flash } == [layer])
  }
}
