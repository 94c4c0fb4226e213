import NetworkIR
import PlanVerification
import Testing

@testable import Deployment

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
  }
}
