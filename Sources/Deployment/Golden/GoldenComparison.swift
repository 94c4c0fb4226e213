package import GraphImport
package import NetworkIR
import Reference

/// Golden data against the exact reference, tensor by tensor, with a cause for each difference as far as one can be shown.
package struct GoldenComparison: Sendable {
  package var model: ImportedModel
  package var file: ModelFile
  package var golden: GoldenData

  package init(model: ImportedModel, file: ModelFile, golden: GoldenData) {
    self.model = model
    self.file = file
    self.golden = golden
  }

  /// Evaluates the reference on every sample and compares.
  ///
  /// Where the golden files can be read in two orders, the one that the reference agrees with better is taken.
  ///
  /// - Parameter progress: told how far it is.
  /// - Returns: what was found, and all tensors of the reference per sample.
  /// - Throws: `ReferenceError` where the reference has no value.
  package func run(_ progress: WorkProgress = WorkProgress()) async throws -> GoldenEvaluation {
    var comparison = self
    var reference = try await Self.evaluate(model.network, golden.samples, progress)
    if let other = golden.alternative.first {
      let otherReference = try await Self.evaluate(model.network, other.samples, progress)
      if Self.tally(other, otherReference).mismatches < Self.tally(golden, reference).mismatches {
        comparison.golden = other
        reference = otherReference
      }
    }
    let report = progress.doing({ "comparing with golden data" }) { comparison.report(reference) }
    return GoldenEvaluation(samples: comparison.golden.samples, reference: reference, report: report)
  }

  private func report(_ reference: [[[Int32]]]) -> GoldenReport {
    var report = GoldenReport()
    report.tally = Self.tally(golden, reference)
    let reals = AffineComparison(network: model.network)
    for tensor in golden.expectedReals { reals.compare(tensor, reference[tensor.sample], &report.tally) }
    report.tensors = golden.expected.count + golden.expectedReals.count
    report.unmatched = golden.unmatched
    guard report.tally.mismatches > 0 else { return report }
    var search = CauseSearch(model: model, file: file)
    for sample in golden.samples.indices {
      let expected = golden.expected.filter { $0.sample == sample }
      var found: [GoldenDifference] = []
      if expected.contains(where: { $0.values != reference[sample][$0.tensor] }) {
        found = search.differences(expected, inputs: golden.samples[sample], reference: reference[sample])
      }
      found += reals.differences(
        golden.expectedReals.filter { $0.sample == sample }, expected, inputs: golden.samples[sample],
        reference: reference[sample])
      report.differences += found
      // What follows from ties alone is no fault of either side.
      guard found.allSatisfy({ $0.cause.isRoundingOrFollows }) else { continue }
      report.tiedElements += found.reduce(0) { $0 + $1.mismatches }
    }
    return report
  }

  /// Every tensor of every sample, in parallel.
  private static func evaluate(
    _ network: Network, _ samples: [[[Int32]]], _ progress: WorkProgress
  ) async throws -> [[[Int32]]] {
    let executor = ReferenceExecutor(network)
    let count = SampleCount(of: samples.count)
    return try await progress.during({ "reference: \(count.words)" }) {
      try await withThrowingTaskGroup(of: (Int, [[Int32]]).self) { group in
        for (index, sample) in samples.enumerated() {
          group.addTask { (index, try executor.run(sample)) }
        }
        return try await group.reduce(into: [[[Int32]]](repeating: [], count: samples.count)) {
          $0[$1.0] = $1.1
          count.add()
        }
      }
    }
  }

  private static func tally(_ golden: GoldenData, _ reference: [[[Int32]]]) -> Tally {
    golden.expected.reduce(into: Tally()) { tally, tensor in
      tally.compare(tensor.values, reference[tensor.sample][tensor.tensor])
    }
  }
}

/// A comparison with golden data, and the evaluation that it was made with.
package struct GoldenEvaluation: Sendable {
  /// The inputs in the order of elements that was chosen: per sample, per network input, HWC.
  package var samples: [[[Int32]]]
  /// Per sample, the codes of every tensor.
  package var reference: [[[Int32]]]
  package var report: GoldenReport
}

/// What a comparison with golden data found.
package struct GoldenReport: Sendable {
  /// Over all tensors of all samples.
  package var tally = Tally()
  /// Golden tensors compared, over all samples.
  package var tensors = 0
  package var differences: [GoldenDifference] = []
  /// Elements that differ only because a float32 sum of the golden data's runtime stands on the other side of a tie.
  package var tiedElements = 0
  /// Tensors of the golden folder that the lowered network does not have.
  package var unmatched: [String] = []

  package init() {}

  /// Something was compared, and whatever differs was shown to be a tie.
  package var passes: Bool { tally.elements > 0 && tally.mismatches == tiedElements }
}

/// A golden tensor of one sample that the reference does not agree with.
package struct GoldenDifference: Sendable, Equatable {
  /// Why the two differ.
  package enum Cause: Sendable, Equatable {
    /// From the golden values of the tensors before it, the reference computes exactly this tensor.
    case follows
    /// From the same golden values, this other reading of the model does.
    case profile(ReferenceProfile)
    /// Each element's accumulator is closer to a tie than the error that float32 sums of its size can have; the bound is
    /// the greatest such error used, in units of the accumulator.
    case rounding(bound: Double)
    /// Of the first real that differs: what is given, what the exact accumulator gives, and how far float32 can be off.
    case beyondError(golden: Double, exact: Double, bound: Double)
    /// None of these; the other readings that were tried.
    case unexplained(tried: [ReferenceProfile])

    /// Whether the difference says nothing against the reference.
    var isRoundingOrFollows: Bool {
      switch self {
      case .follows, .rounding: true
      case .profile, .beyondError, .unexplained: false
      }
    }
  }

  /// The file that the golden values come from.
  package var source: String
  package var tensor: String
  package var elements: Int
  package var mismatches: Int
  /// Those that differ even when the reference starts from the golden values of the tensors before.
  package var ownMismatches: Int
  /// The first element that differs: golden is what was expected, the reference what was got; from the golden values of
  /// the tensors before it where any element still differs then.
  package var first: Difference
  package var cause: Cause

  /// One line: which tensor, how many elements, the first of them, and why.
  package var sentence: String {
    let own = ownMismatches == mismatches || cause == .follows ? "" : ", \(ownMismatches) from the same inputs"
    return "\(source), '\(tensor)': \(mismatches) of \(elements) differ\(own), \(explanation); \(first.sentence)"
  }

  /// The cause in words.
  package var explanation: String {
    switch cause {
    case .follows: "which follows from tensors before it"
    case .profile(let profile): "explained by profile \(profile.rawValue)"
    case .rounding(let bound):
      "each within the float32 error of a tie, at most \((1000 * bound).rounded(.up) / 1000) accumulators"
    case .beyondError(let golden, let exact, let bound):
      "golden real \(golden) is not within the float32 error \(Float(bound)) of \(exact)"
    case .unexplained(let tried) where tried.isEmpty: "not explained: the dialect has no other profile"
    case .unexplained(let tried): "not explained by \(tried.map(\.rawValue).joined(separator: ", "))"
    }
  }
}
