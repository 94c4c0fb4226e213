import Foundation
import NetworkIR
import Templates
import Testing

@testable import CEmitter

/// The kernels' arithmetic against the arithmetic that proofs are made with, form by form, at every step of a rule.
struct RequantizationHeaderTests {
  /// One rule in one form.
  private struct Sample {
    var requantization: Requantization
    var accumulators: [Int]
    var codes: [Int]

    /// - Returns: nil where the rule is not exact in the form.
    init?(_ form: RequantizationForm, _ generator: inout SeededGenerator) {
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
      let clamp = [-128...127, 0...255, 0...15, -2...1][pick(0...3)]
      let reach = 1 << pick(6...22)
      let accumulators = -pick(0...reach)...reach
      let rule = RequantizationRule([
        .affine(scale: pick(0...3) == 0 ? -1 : 1, offset: form == .rq64t ? 0 : pick(-reach...reach)),
        Self.scaling(form, slope: Double(pick(1...8) * clamp.count) / Double(2 * reach), &generator),
        .affine(scale: 1, offset: pick(clamp)), .clamp(clamp),
      ])
      guard let fit = RequantizationFit.exact(in: form, for: rule, over: accumulators, clamp: clamp),
        var requantization = try? Requantization(rules: [rule], accumulators: [accumulators], clamp: clamp)
      else { return nil }
      // Without exceptions the form is another.
      if form == .rq64x && fit.coefficients.exceptions.isEmpty { return nil }
      requantization.form = form
      requantization.coefficients = [fit.coefficients]
      // Both sides of every step, found by comparing neighbours on a grid and bisecting.
      var points = Set([accumulators.lowerBound, accumulators.upperBound, -1, 0, 1].filter(accumulators.contains))
      let grid = stride(from: accumulators.lowerBound, through: accumulators.upperBound, by: max(reach / 1024, 1))
      for (left, right) in zip(grid, grid.dropFirst()) where rule.evaluate(left) != rule.evaluate(right) {
        var (low, high) = (left, right)
        while high - low > 1 {
          let middle = low + (high - low) / 2
          if rule.evaluate(middle) == rule.evaluate(left) { low = middle } else { high = middle }
        }
        points.formUnion([low - 1, low, high, high + 1].filter(accumulators.contains))
      }
      self.requantization = requantization
      self.accumulators = points.sorted()
      codes = self.accumulators.compactMap { fit.evaluate($0, clamp: clamp) }
      guard codes.count == points.count else { return nil }
    }

    private static func scaling(
      _ form: RequantizationForm, slope: Double, _ generator: inout SeededGenerator
    ) -> RequantizationStep {
      let significand = Double.random(in: 1..<2, using: &generator)
      let exponent = Int(slope.exponent)
      switch form {
      case .rq64s:
        return .doublingMultiply(multiplier: Int32(significand * 0x1p30), shift: exponent + 1)
      case .rq64x, .rq64t, .thr:
        return .singlePrecision(significand: Int(significand * 0x1p23), exponent: 23 - exponent, addend: 0)
      case .rq32, .rq32c, .rqh, .rq64:
        return .divide(by: max(Int(1 / slope), 1) + Int.random(in: 0...1, using: &generator), rounding: .floor)
      }
    }
  }

  @Test(arguments: RequantizationForm.allCases, ["gcc", "clang"])
  func `a form computes in C what it is proven to compute`(form: RequantizationForm, compiler: String) throws {
    var generator = SeededGenerator(seed: 20)
    var samples: [Sample] = []
    for _ in 0..<4000 where samples.count < 24 {
      if let sample = Sample(form, &generator) { samples.append(sample) }
    }
    try #require(samples.count == 24, "\(form)")
    // Several rules of one layer, so that channels have unused entries.
    let entries = samples.map(\.requantization.entriesPerChannel).max() ?? 0
    let source = program(samples, form: form, entries: entries)
    let result = try build(source, compiler: compiler)
    #expect(result.status == 0, "\(form): \(result.errors)")
  }

  /// Compares both ways of giving a rule to a kernel; its exit status is the number of the first wrong sample.
  private func program(_ samples: [Sample], form: RequantizationForm, entries: Int) -> String {
    var text = """
      #include "dory_requantize.h"

      typedef struct {
        dory_requantization_t rule;
        const int32_t *parameters;
        int32_t count;
        const int32_t *accumulators, *codes;
      } sample_t;

      static const sample_t samples[] = {

      """
    for (index, sample) in samples.enumerated() {
      var padded = sample.requantization
      // A second channel gives this one unused entries.
      var widest = RequantizationCoefficients(multiplier: 1, offset: 0, shift: 0)
      switch form {
      case .rq64x:
        widest.exceptions = .init(repeating: RequantizationException(accumulator: 0, correction: 0), count: entries)
      case .thr: widest.thresholds = .init(repeating: .max, count: entries)
      case .rq32, .rq32c, .rqh, .rq64, .rq64s, .rq64t: break
      }
      padded.coefficients.append(widest)
      let words = [Int32(index)] + parameterWords(padded, channel: 0) + [Int32(-index)]
      text += "{\(braces(sample.requantization)), (const int32_t[]){\(list(words.map(Int.init)))}, "
      text += "\(sample.codes.count), (const int32_t[]){\(list(sample.accumulators))}, "
      text += "(const int32_t[]){\(list(sample.codes))}},\n"
    }
    return text + """
      };

      int main(void) {
        for (int32_t i = 0; i < \(samples.count); i++) {
          const sample_t *sample = &samples[i];
          const int32_t words = dory_parameter_words(\(form.cName), \(entries), true);
          if (sample->parameters[0] != i || sample->parameters[words - 1] != -i) {
            return 100;
          }
          const dory_coefficients_t c = dory_channel_coefficients(\(form.cName), \(entries), sample->parameters);
          const bool has_sign_term = c.sign_term == sample->rule.coefficients.sign_term;
          for (int32_t j = 0; j < sample->count; j++) {
            const int32_t a = sample->accumulators[j];
            const int32_t low = sample->rule.low, high = sample->rule.high;
            const int32_t shared = dory_apply(&sample->rule, a);
            const int32_t own = dory_requantize_channel(\(form.cName), \(entries), sample->parameters, a, low, high);
            if (shared != sample->codes[j] || (has_sign_term && own != shared)) {
              return i + 1;
            }
          }
        }
        return 0;
      }

      """
  }

  private func list(_ numbers: [Int]) -> String { numbers.map(int32Literal).joined(separator: ", ") }

  /// Compiles with every warning an error and undefined behaviour a failure, and runs.
  private func build(_ source: String, compiler: String) throws -> (status: Int32, errors: String) {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("dory-form-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for file in Templates.files where file.path.hasSuffix(".h") {
      let name = URL(fileURLWithPath: file.path).lastPathComponent
      try Data(file.contents).write(to: directory.appendingPathComponent(name))
    }
    try Data(source.utf8).write(to: directory.appendingPathComponent("forms.c"))
    let options =
      "-std=gnu11 -O1 -ffp-contract=off -Wall -Wextra -Werror -fsanitize=undefined -fno-sanitize-recover=all "
      + "-o forms forms.c"
    let compiled = try ProjectRun.run(
      "/usr/bin/env", [compiler] + options.split(separator: " ").map(String.init), in: directory)
    guard compiled.status == 0 else { return compiled }
    return try ProjectRun.run(directory.appendingPathComponent("forms").path, [], in: directory)
  }
}
