import NetworkIR
import PlanVerification
import Testing

@testable import Deployment
@testable import TilingSolver

struct ExplanationTests {
  private static func explanation(of layer: String?, studiesMemory: Bool = false) throws -> [String] {
    var request = Explanation.Request()
    request.layer = layer
    request.studiesMemory = studiesMemory
    return try Explanation(try PlanDocumentTests.plan(), path: "plan.json", request: request).lines
  }

  @Test func `the network is explained in a line for each layer and one for each change of memory`() throws {
    let plan = try PlanDocumentTests.plan()
    let lines = try Self.explanation(of: nil, studiesMemory: true)
    for layer in plan.layers {
      #expect(lines.filter { $0.hasPrefix(layer.name + " ") }.count == 1, "\(layer.name)")
    }
    for size in ["L1 +1 kB", "L1 +4 kB", "L1 +16 kB", "L2 +1 kB", "L2 +4 kB", "L2 +16 kB"] {
      #expect(lines.filter { $0.contains(size) }.count == 1, "\(size)")
    }
  }

  @Test func `each layer is explained in full`() throws {
    for layer in try PlanDocumentTests.plan().layers {
      let text = try Self.explanation(of: layer.name).joined(separator: "\n")
      #expect(text.hasPrefix("step \(layer.step), \(layer.name): \(layer.op)"))
      #expect(text.contains("limited by"))
      if layer.buffers.contains(where: { $0.level == .l1 }) { #expect(text.contains(" B free: ")) }
      if layer.constants != nil { #expect(text.contains("B of constants")) }
    }
  }

  @Test(arguments: [nil, 131_072])
  func `one thing is not called several`(l2Bytes: Int?) throws {
    let plan = try PlanReportTests.plan(l1Bytes: l2Bytes.map { _ in 18_432 }, l2Bytes: l2Bytes)
    var lines = try Explanation(plan, path: "plan.json", request: Self.quick(nil)).lines
    for layer in plan.layers {
      lines += try Explanation(plan, path: "plan.json", request: Self.quick(layer.name)).lines
    }
    for line in lines {
      #expect(
        line.firstMatch(of: /(^|[^.\dx])1 (\w+ )?(tiles|layers|slots|rows|channels|steps|samples)\b/) == nil, "\(line)")
    }
  }

  private static func quick(_ layer: String?) -> Explanation.Request {
    var request = Explanation.Request()
    (request.layer, request.studiesMemory) = (layer, false)
    return request
  }

  private static func content() throws -> PlanExplanation {
    try Explanation(try PlanReportTests.plan(l1Bytes: 18_432, l2Bytes: 131_072), path: "", request: quick(nil)).content
  }

  @Test func `a runner-up that is faster is explained, in its layer and below the table`() throws {
    var content = try Self.content()
    let index = try #require(content.layers.firstIndex { $0.runnerUp != nil && !$0.largerTiles.isEmpty })
    var layer = content.layers[index]
    #expect(!TileSentences(layer: layer).lines.contains { $0.contains("--pin") || $0.contains("pinned") })
    #expect(!NetworkSentences(content: content).blocks.plainLines.contains { $0.contains("with the runner-up") })
    layer.runnerUp?.cycles = layer.cycles - 100
    layer.runnerUp?.chunkCycles = layer.chunkCycles + 7
    var lines = TileSentences(layer: layer).lines
    #expect(lines.last?.contains("100 (") ?? false)
    #expect(
      lines.last?.hasSuffix(
        "less. Without L3 its chunks take 7 more, and tiles are chosen by that; '--pin' can give the layer this one")
        ?? false, "\(lines)")
    layer.runnerUp?.chunkCycles = layer.chunkCycles - 1
    lines = TileSentences(layer: layer).lines
    #expect(lines.last?.hasSuffix("the plan was pinned, changed or made by another version") ?? false, "\(lines)")
    content.layers[index] = layer
    let table = NetworkSentences(content: content).blocks.plainLines
    #expect(table.contains { $0.hasPrefix("1 layer would be faster with the runner-up: \(layer.name);") })
  }

  @Test func `more memory is never said to make a plan slower`() throws {
    var content = try Self.content()
    content.memory = MemoryStudy(
      cycles: content.cycles,
      variants: [(0, content.cycles + 128), (1, content.cycles), (2, content.cycles - 10)].map {
        MemoryStudy.Variant(level: .l1, extraBytes: 1_024 << $0.0, totalBytes: 0, cycles: $0.1)
      })
    let lines = NetworkSentences(content: content).blocks.plainLines.suffix(3)
    #expect(
      zip(lines, ["no faster plan was found", "changes nothing", "10 (0.0 %) less"]).allSatisfy { $0.hasSuffix($1) },
      "\(lines)")
    content.objective = .memory
    #expect(NetworkSentences(content: content).blocks.plainLines.contains { $0.hasSuffix("128 (0.1 %) more") })
  }

  @Test func `the step in which L2 is fullest is named with its bytes`() throws {
    let plan = try PlanReportTests.plan(l1Bytes: 18_432, l2Bytes: 131_072)
    // Byte by byte.
    let used = plan.layers.map { layer in
      var bytes = Set<Int>()
      for tensor in plan.tensors where tensor.level == .l2 && (tensor.firstStep...tensor.lastStep).contains(layer.step)
      {
        bytes.formUnion(tensor.offset..<tensor.offset + tensor.bytes)
      }
      for buffer in layer.buffers where buffer.level == .l2 {
        bytes.formUnion(buffer.offset..<buffer.offset + buffer.bytes * buffer.count)
      }
      return bytes.count
    }
    let peak = try #require(used.max())
    let available = try #require(plan.budgets.first { $0.level == .l2 }?.availableBytes)
    let content = try Self.content()
    #expect(content.l2Peak.bytes == peak)
    #expect(content.l2Peak.steps == used.indices.filter { used[$0] == peak })
    let line = NetworkSentences(content: content).blocks.plainLines.first { $0.hasPrefix("L2 is fullest in step") }
    #expect(line?.contains("(\(plan.layers[content.l2Peak.steps[0]].name))") ?? false)
    #expect(line?.hasSuffix("\(peak) of \(available) B hold something") ?? false, "\(line ?? "")")
  }

  @Test func `an output in the place of an input is named`() throws {
    let plan = try PlanReportTests.chain(3)
    let content = try Explanation(plan, path: "", request: Self.quick(nil)).content
    #expect(content.layers.map(\.overwritten) == ["tensor 0", "tensor 1", "tensor 2"])
    #expect(
      LayerSentences(layer: content.layers[1], networkCycles: 1).reasons[0]
        == "every operand is whole in L2; the output takes the place of 'tensor 1', which nobody reads again")
    #expect(try Self.content().layers[0].overwritten == nil)
  }

  @Test func `a plan that can't run is refused with the rules it breaks`() throws {
    var plan = try PlanDocumentTests.plan()
    plan.layers[0].tile.height += 1
    let refusal = #expect(throws: Refusal.self) { try Explanation(plan, path: "plan.json") }
    #expect(refusal?.diagnostics.isEmpty == false)
    #expect(refusal?.diagnostics.allSatisfy { $0.code == "DG0044" } ?? false)
  }

  @Test func `a layer that is not there is refused with those that are`() throws {
    let refusal = #expect(throws: Refusal.self) { try Self.explanation(of: "nobody") }
    #expect(refusal?.diagnostics.map(\.code) == ["DG0040"])
    #expect(refusal?.diagnostics.first?.hint?.contains("conv") ?? false)
    let plan = try PlanReportTests.chain(67)
    let request = Self.quick("\(plan.layers[66].name)x")
    let long = #expect(throws: Refusal.self) { try Explanation(plan, path: "", request: request) }
    let names = plan.layers.map(\.name)
    #expect(
      long?.diagnostics.first?.hint == "did you mean '\(names[66])'? its first layers are "
        + names[..<8].joined(separator: ", ") + "; without --layer all are listed")
    #expect(long?.diagnostics.first?.message.hasSuffix("among its 67") == true)
  }
}
