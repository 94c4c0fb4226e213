import Foundation
import GraphImport
import NetworkIR
import Testing

@testable import Deployment

struct PlanComparisonTests {
  private static func plan(l2Bytes: Int? = nil, cores: Int? = nil) throws -> DeploymentPlan {
    let file = try ModelFile(path: PlanDocumentTests.digits)
    var options = PlanningOptions()
    options.l2Bytes = l2Bytes
    options.cores = cores
    return try Pipeline.plan(try file.load().network, file: file, options: options)
  }

  @Test func `equal plans differ in nothing`() throws {
    let plan = try Self.plan()
    let comparison = PlanComparison(plan, try Self.plan())
    #expect(comparison.isEmpty)
    #expect(comparison.lines == [])
    var unsealed = plan
    unsealed.digest = ""
    #expect(PlanComparison(plan, unsealed).isEmpty, "a digest is no content")
  }

  @Test func `whatever number or text of a plan is changed, one thing differs, and it is shown`() throws {
    let plan = try Self.plan()
    let text = String(decoding: try PlanDocument.encode(plan), as: UTF8.self)
    let numbers = text.matches(of: /(?m)^(\s*(?:"\w+" : )?)(\d+)(?=,?$)/)
    #expect(numbers.count > 500)
    for (index, number) in numbers.enumerated() where index % 61 == 0 {
      let value = try #require(Int(number.output.2))
      let changed = text.replacingCharacters(in: number.range, with: "\(number.output.1)\(value + 1)")
      let other = try JSONDecoder().decode(DeploymentPlan.self, from: Data(changed.utf8))
      let comparison = PlanComparison(plan, other)
      #expect(comparison.changes.count == 1, "\(number.output.0): \(comparison.lines)")
      #expect(comparison.lines.count == 2)
    }
  }

  @Test func `less L2 shows in the target, the totals, the layers and the tensors`() throws {
    let comparison = PlanComparison(try Self.plan(), try Self.plan(l2Bytes: 69_632))
    let subjects = comparison.changes.map(\.subject)
    for subject in [PlanComparison.Change.Subject.target, .totals, .layer, .tensor] {
      #expect(subjects.contains(subject), "\(comparison.lines)")
    }
    let target = comparison.changes.filter { $0.subject == .target }
    #expect(target.map(\.what) == ["l2.bytes"], "what is said twice is shown once")
    #expect(comparison.lines.contains("  l2.bytes: 524288 -> 69632 (-86.7 %)"))
  }

  @Test func `a layer that one plan alone has is named once`() throws {
    let plan = try Self.plan()
    var shorter = plan
    let removed = shorter.layers.removeLast()
    let changes = PlanComparison(plan, shorter).changes.filter { $0.name == removed.name }
    #expect(
      changes == [
        PlanComparison.Change(
          subject: .layer, name: removed.name, what: "layer", before: .text(removed.op), after: nil)
      ])
  }
}
