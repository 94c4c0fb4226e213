import CEmitter
import Foundation
import NetworkIR
import Testing

/// What the host simulator and the generated program say when something is wrong.
struct SimulatorTests {
  private static let network = RandomNetwork(
    seed: 3, shape: Shape(height: 6, width: 6, channels: 4), kinds: [.dense]
  ).network
  private static let style = PlanStyle(
    name: "tiles", tile: TileSize(height: 2, width: 6, outputChannels: 1000, inputChannels: 1000), slots: 2)

  /// Builds the network after a change of its plan.
  private func project(_ change: (inout DeploymentPlan) -> Void = { _ in }) throws -> ProjectRun {
    var plan = HandPlanner.plan(Self.network, style: Self.style)
    change(&plan)
    return try ProjectRun(
      try emitProject(network: Self.network, plan: plan), network: Self.network, compiler: "gcc", sanitize: false)
  }

  private func run(_ project: ProjectRun) throws -> (status: Int32, errors: String) {
    try Data(repeating: 1, count: 144).write(to: project.directory.appendingPathComponent("in.bin"))
    return try project.simulate(["--weights", "weights.bin", "--input", "in.bin", "--output", "out.bin"])
  }

  @Test
  func `wrong arguments and files are refused with their names`() throws {
    let project = try project()
    defer { project.remove() }
    let missing = try project.simulate(["--input", "in.bin"])
    #expect(missing.status == 64 && missing.errors.hasPrefix("error: missing option '--weights'"))
    let unknown = try project.simulate(["--colour", "red"])
    #expect(unknown.status == 64 && unknown.errors.hasPrefix("error: unknown option '--colour'"))
    let absent = try project.simulate(["--weights", "none.bin", "--input", "in.bin", "--output", "out.bin"])
    #expect(absent.status == 1 && absent.errors.hasPrefix("error: cannot read 'none.bin'"))
    let weights = project.directory.appendingPathComponent("weights.bin")
    var bytes = [UInt8](try Data(contentsOf: weights))
    bytes[0] ^= 1
    try Data(bytes).write(to: weights)
    let changed = try run(project)
    #expect(changed.status == 1 && changed.errors.contains("has checksum"))
  }

  @Test
  func `a buffer past the end of L2 is a fault with the layer's name`() throws {
    let project = try project { plan in
      guard let index = plan.tensors.firstIndex(where: { $0.name == "t1" }) else { return }
      plan.tensors[index].offset += 4000
    }
    defer { project.remove() }
    let result = try run(project)
    #expect(result.status == 3 && result.errors.hasPrefix("fault: outside of memory: layer dense_0: "), "\(result)")
  }

  @Test
  func `a misaligned transfer from L3 is a fault`() throws {
    let project = try project { $0.initialTransfers[0].bytes -= 1 }
    defer { project.remove() }
    let result = try run(project)
    #expect(result.status == 3 && result.errors.hasPrefix("fault: misaligned: "), "\(result)")
  }

  @Test
  func `two slots that share bytes are a fault`() throws {
    let project = try project { plan in
      let buffers = plan.layers[0].buffers
      guard let input = buffers.firstIndex(where: { $0.operand == .input0 }),
        let output = buffers.firstIndex(where: { $0.operand == .output })
      else { return }
      plan.layers[0].buffers[output].offset = buffers[input].offset
    }
    defer { project.remove() }
    let result = try run(project)
    #expect(result.status == 3 && result.errors.hasPrefix("fault: transfers overlap: "), "\(result)")
  }
}
