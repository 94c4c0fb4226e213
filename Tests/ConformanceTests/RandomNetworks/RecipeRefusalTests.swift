import Foundation
import NetworkIR
import Testing

@testable import Deployment
@testable import GraphImport

/// That refusals hide nothing.
@Suite(.serialized)
struct RecipeRefusalTests {
  private static let page: String? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try? String(contentsOf: root.appending(path: "docs/supported-operators.md"), encoding: .utf8)
  }()

  /// The section of the page on the refusals of a format.
  private func section(_ format: RecipeFormat) -> String {
    switch format {
    case .tfliteInt8, .tfliteUInt8, .tfliteInt16: "## Refusals: TensorFlow Lite networks"
    case .nemo, .quantlab, .requantShift: "## Refusals: integer ONNX networks"
    case .qdqInt8, .qdqUInt8, .qoperatorInt8, .qoperatorUInt8, .qonnx:
      "## Refusals: QOperator, QDQ and QONNX networks"
    }
  }

  @Test func `every code that a recipe may be refused with is documented for its format`() throws {
    let page = try #require(Self.page)
    for reason in RecipeRefusals.all {
      for format in reason.formats {
        let heading = try #require(page.range(of: section(format)))
        let rows = page[heading.upperBound...].components(separatedBy: "\n## ")[0]
        #expect(rows.contains("| \(reason.code) |"), "\(reason.code) in \(format)")
        #expect(!reason.kinds.isDisjoint(with: format.kinds), "\(reason.code): no such operation in \(format)")
      }
    }
  }

  private func recipe(_ operation: RecipeOperation, _ format: RecipeFormat, inputs: [Int] = [0]) -> Recipe {
    Recipe(
      format: format, seed: 3, inputs: [Shape(height: 4, width: 3, channels: 4)],
      nodes: [
        RecipeNode(operation: .convolution(Window(1), channels: 4, groups: 1), inputs: [0], seed: 1),
        RecipeNode(operation: operation, inputs: inputs.map { $0 + 1 }, seed: 2),
      ], outputs: [], machine: RecipeMachine(l1: .least))
  }

  /// Operations that formats do not have, so that no recipe draws them.
  private static let refused: [(RecipeOperation, RecipeFormat, String)] = [
    (.softmax, .tfliteInt16, "DG0210"), (.matrixProduct, .tfliteInt16, "DG0203"),
  ]

  @Test(arguments: refused.indices)
  func `a refusal of what recipes draw, for an undocumented reason, is a failure`(number: Int) async throws {
    let (operation, format, code) = Self.refused[number]
    let scratch = FileManager.default.temporaryDirectory.appending(path: "refusals-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let recipe = recipe(operation, format, inputs: operation.arity == 2 ? [0, 0] : [0])
    #expect(!format.kinds.contains(operation.kind))
    guard case .failed(let failure) = try await RecipeRunner(in: scratch).run(recipe) else {
      Issue.record("\(recipe.listing)\nis no failure")
      return
    }
    #expect(failure.kind == .undocumented && failure.subject.contains(code), "\(failure)")
  }

  @Test func `a plan for less memory that is refused for another reason is a failure`() throws {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "refusals-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let recipe = recipe(.function(.relu), .tfliteInt8)
    let network = try importModel(recipe.modelFile, fileName: "random.tflite").network
    func plan(refusing code: String) throws -> RecipePlanning.Result {
      let planning = try RecipePlanning(in: scratch) { network, options in
        guard options.l1Bytes == nil else {
          throw Refusal(Diagnostic(code: code, message: "made for this test"))
        }
        return try Pipeline.plan(network, file: ModelFile(path: network.name, bytes: []), options: options)
      }
      return try planning.plan(network, on: recipe.machine)
    }
    #expect(throws: RecipePlanning.Unexplained.self) { try plan(refusing: "DG0520") }
    #expect(try plan(refusing: "DG0501").refused.contains("DG0501"))
  }
}
