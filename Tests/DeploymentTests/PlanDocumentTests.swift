import Foundation
import GraphImport
import NetworkIR
import Testing

@testable import Deployment

/// Plans on disk, made from the project's own example.
struct PlanDocumentTests {
  @Test func `a document that is too large for its parser is refused unread`() throws {
    try OutputFolderTests.scratch { path in
      let file = path + "/plan.json"
      try OutputFolderTests.put([], file)
      #expect(truncate(file, ModelFile.documentLimitBytes + 1) == 0)
      let refusal = #expect(throws: Refusal.self) { try PlanDocument.read(file) }
      #expect(refusal?.diagnostics.map(\.code) == ["DG0003"])
    }
  }

  static let digits = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Examples/digits/digits.tflite").path

  static func plan() throws -> DeploymentPlan {
    let file = try ModelFile(path: digits)
    return try Pipeline.plan(try file.load().network, file: file, options: PlanningOptions())
  }

  /// Writes text where a plan is read from, and says what reading gives.
  static func read(_ text: String) throws -> DeploymentPlan {
    try OutputFolderTests.scratch { path -> DeploymentPlan in
      try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/plan.json"))
      return try PlanDocument.read(path + "/plan.json")
    }
  }

  @Test func `a plan that was written is read again as it was`() throws {
    let plan = try Self.plan()
    let text = String(decoding: try PlanDocument.encode(plan), as: UTF8.self)
    #expect(try Self.read(text) == plan)
  }

  @Test func `a plan with any one number changed is refused`() throws {
    let text = String(decoding: try PlanDocument.encode(try Self.plan()), as: UTF8.self)
    let numbers = text.matches(of: /(?m)^(\s*(?:"\w+" : )?)(\d+)(?=,?$)/)
    #expect(numbers.count > 500)
    for number in numbers {
      let value = try #require(Int(number.output.2))
      let changed = text.replacingCharacters(in: number.range, with: "\(number.output.1)\(value + 1)")
      #expect(throws: Refusal.self, "\(number.output.0)") { try Self.read(changed) }
    }
  }

  @Test(arguments: [
    ("net.onnx", "is a model, not a plan"),
    ("net", "is not a plan: the document is no JSON, or holds a number beyond those of 64 bits"),
  ])
  func `what is taken for a plan is called what it is`(name: String, message: String) {
    let refusal = #expect(throws: Refusal.self) { try PlanDocument.inspect([8, 7, 18], path: name) }
    #expect(refusal?.diagnostics.map(\.code) == ["DG0041"])
    #expect(refusal?.diagnostics.first?.message == message)
    #expect(refusal?.diagnostics.first?.hint?.contains("'dory-gen plan MODEL -o ") == true)
  }

  @Test(arguments: [
    (#"("step" : )0"#, "0.5", "'layers[0].step' is 0.5, not a whole number of 64 bits"),
    (#"("step" : )0"#, "1e20", "'layers[0].step' is 1e+20, not a whole number of 64 bits"),
    (#"("step" : )0"#, "null", "'layers[0].step' is null, not a whole number"),
    (#"("step" : )0"#, #""0""#, "'layers[0].step' is a string, not a whole number"),
    (#"("gap" : )[0-9.e-]+"#, "true", "'solver.gap' is true, not a number"),
    (#"("status" : )"\w+""#, #""best""#, "'solver.status' is 'best', which is none of the names that it can have"),
    (#"("solver" : )\{"#, #"3, "more" : {"#, "'solver' is 3, not an object"),
    (#"("layers" : )\["#, #"{}, "more" : ["#, "'layers' is an object, not an array"),
    (#"("generator" : )"[^"]*""#, "7", "'generator' is 7, not a string"),
    (#"("version" : )2"#, "2.5", "'version' is 2.5, not a whole number of 64 bits"),
    (#"()\}\s*$"#, "", "the document is no JSON, or holds a number beyond those of 64 bits"),
  ])
  func `a value that no plan has there is named with its place`(key: String, value: String, fault: String) throws {
    let text = String(decoding: try PlanDocument.encode(try Self.plan()), as: UTF8.self)
    let place = try #require(try Regex(key, as: (Substring, Substring).self).firstMatch(in: text))
    let changed = text.replacingCharacters(in: place.range, with: "\(place.output.1)\(value)")
    let refusal = #expect(throws: Refusal.self) { try Self.read(changed) }
    #expect(refusal?.diagnostics.map(\.message) == ["is not a plan: \(fault)"])
  }

  @Test(arguments: ["", "{", "[]", "{\"version\": 2}", "{\"version\": 1}", "null"])
  func `what is no plan is refused`(text: String) {
    #expect(throws: Refusal.self) { try Self.read(text) }
  }
}
