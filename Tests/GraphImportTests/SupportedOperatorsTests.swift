import Foundation
import ModelBuilding
import NetworkIR
import Testing

@testable import GraphImport

/// The page of supported operators, and the reasons it lists.
struct SupportedOperatorsTests {
  private static var reasons: [Reason] {
    FormatReason.allCases.map(\.reason) + NetworkLimit.allCases.map(\.reason) + TFLiteFileReason.allCases.map(\.reason)
      + TFLiteLimit.allCases.map(\.reason)
      + TFLiteNote.allCases.map(\.reason) + ONNXReason.allCases.map(\.reason) + IntegerONNXReason.allCases.map(\.reason)
      + IntegerONNXNote.allCases.map(\.reason) + QuantizedReason.allCases.map(\.reason)
      + QuantizedNote.allCases.map(\.reason)
  }

  @Test func `the committed page is what the code says`() throws {
    let text = SupportedOperatorsPage.text
    if ProcessInfo.processInfo.environment["DORY_RECORD"] == "1" {
      try Data(text.utf8).write(to: SupportedOperatorsPage.url)
      Issue.record("recorded docs/supported-operators.md; read the difference, then run again without DORY_RECORD")
      return
    }
    let committed = String(decoding: try Data(contentsOf: SupportedOperatorsPage.url), as: UTF8.self)
    #expect(committed == text, "docs/supported-operators.md is out of date: DORY_RECORD=1 rewrites it")
  }

  @Test func `no two reasons share a code, and every code is of the form DGnnnn`() {
    let codes = Self.reasons.map(\.code)
    #expect(Set(codes).count == codes.count)
    for code in codes {
      #expect(code.count == 6 && code.hasPrefix("DG") && code.dropFirst(2).allSatisfy { "0"..."9" ~= $0 }, "\(code)")
    }
  }

  /// Codes that were published, each with the reason that has it for good.
  @Test(
    arguments: [
      ("DG0101", FormatReason.empty.code), ("DG0110", TFLiteFileReason.pastEnd.code),
      ("DG0120", TFLiteFileReason.producedTwice.code), ("DG0150", ONNXReason.empty.code),
      ("DG0160", ONNXReason.type.code), ("DG0201", TFLiteLimit.supportedOperator.code),
      ("DG0210", TFLiteLimit.quantizationRange.code), ("DG0220", TFLiteLimit.weightsFormat.code),
      ("DG0230", TFLiteLimit.exactRequantization.code), ("DG0234", TFLiteLimit.operands.code),
      ("DG0301", IntegerONNXReason.unsupported.code), ("DG0317", IntegerONNXReason.noIntegerOutput.code),
    ])
  func `a code keeps its meaning`(published: String, now: String) { #expect(now == published) }

  @Test func `the words in angle brackets are replaced in order, and the rest stays as it is`() {
    let reason = Reason("DG9999", "<a> of <b b> > 1", hint: "do it")
    let expected = Diagnostic(code: "DG9999", node: "n", op: "Op", message: "7 of x > 1", hint: "do it")
    #expect(reason.diagnostic([7, "x"], node: "n", op: "Op") == expected)
    // A particular that looks like such a word is not replaced again.
    #expect(reason.diagnostic(["<c>", 1]).message == "<c> of 1 > 1")
  }

  @Test(
    arguments: [
      ONNXProblem.malformed("p").diagnostic(), ONNXProblem.nothingToCompute(nodes: 0, outputs: 1).diagnostic(),
      ONNXProblem.duplicate(tensor: "t", first: "f").diagnostic(), ONNXProblem.cycle(nodes: ["n"]).diagnostic(),
      ONNXProblem.externalData(tensor: "t", location: "l").diagnostic(), ONNXProblem.missing(tensor: "t").diagnostic(),
      ONNXProblem.size(tensor: "t", expected: 2, found: 1).diagnostic(),
      ONNXProblem.dimensions(tensor: "t", dimensions: [-5]).diagnostic(),
      ONNXProblem.type(tensor: "t", number: 9).diagnostic(),
      TFLiteFileProblem.pastEnd(what: "w", offset: 1, bytes: 2, fileBytes: 3).diagnostic,
      TFLiteFileProblem.malformed(what: "w", offset: 1, reason: "r").diagnostic,
      TFLiteFileProblem.repeated(what: "w", fileBytes: 1).diagnostic, TFLiteFileProblem.version(2).diagnostic,
      TFLiteFileProblem.index(what: "w", value: 1, count: 0).diagnostic,
      TFLiteFileProblem.entryPoint(signature: "s", subgraph: 1).diagnostic,
      TFLiteFileProblem.constantBytes(tensor: "t", expected: 2, found: 1).diagnostic,
      TFLiteFileProblem.tooLarge(tensor: "t", dimensions: [1]).diagnostic,
      TFLiteFileProblem.sparse(tensor: "t").diagnostic,
      TFLiteFileProblem.producedTwice(tensor: "t", first: "a", second: "b").diagnostic,
      IntegerONNXProblem.floatNetwork(weights: 2).diagnostic(nil),
      IntegerONNXProblem.notConstant(tensor: "t").diagnostic(nil),
      IntegerONNXProblem.notInteger(tensor: "t", value: 0.5, element: 0).diagnostic(nil),
      IntegerONNXProblem.outOfRange(tensor: "t", value: 300, element: 0, allowed: 0...1).diagnostic(nil),
      IntegerONNXProblem.attribute(name: "a", found: "f", allowed: "b").diagnostic(nil),
      IntegerONNXProblem.shape("s").diagnostic(nil), IntegerONNXProblem.padding("s").diagnostic(nil),
      IntegerONNXProblem.input("s").diagnostic(nil), IntegerONNXProblem.accumulator(bound: 1).diagnostic(nil),
      IntegerONNXProblem.notPerChannel(tensor: "t", dimensions: [2], channels: 3).diagnostic(nil),
      IntegerONNXProblem.noExactForm(channel: 0, accumulators: 0...1).diagnostic(nil),
      IntegerONNXProblem.fraction(divisor: 3).diagnostic(nil),
      IntegerONNXProblem.valueRange(0...1, allowed: 0...0).diagnostic(nil),
      IntegerONNXProblem.noIntegerOutput(output: "o").diagnostic(nil),
      IntegerONNXProblem.outputIsInput(output: "o", input: "i").diagnostic(nil),
    ])
  func `every particular has its place in the message`(diagnostic: Diagnostic) {
    #expect(!diagnostic.message.contains("<") && !diagnostic.message.contains(">"))
  }

  @Test(arguments: UInt64(1)...4)
  func `an operator is refused only for limits that its row names`(seed: UInt64) {
    let bytes = TFLiteTestModel.small.bytes
    let common = Set(SupportedOperatorsPage.commonLimits.map(\.code) + NetworkLimit.allCases.map(\.code))
    var generator = TFLiteHostileTests.Generator(state: seed)
    for round in 0..<500 {
      var damaged = bytes
      let position = Int.random(in: 8..<bytes.count, using: &generator)
      damaged[position] = UInt8.random(in: 0...255, using: &generator)
      for report in inspectModel(damaged, fileName: "m").operators {
        let own = TFLiteSupport.of(report.op)?.limits.map(\.code) ?? []
        let unnamed = Set(report.problems.map(\.code)).subtracting(own).subtracting(common)
        #expect(unnamed.isEmpty, "seed \(seed), round \(round), byte \(position): \(report.op)")
      }
    }
  }

  @Test(arguments: TFLiteSupport.all.map(\.name))
  func `the schema knows every operator of the table`(name: String) {
    #expect((0..<210).contains { TFLiteOperatorName.builtin($0) == name })
  }
}
