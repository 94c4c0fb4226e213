import NetworkIR

/// The report as JSON has it.
struct VerificationDocument: Encodable {
  struct Counts: Encodable {
    var elements: Int
    var mismatches: Int
    /// Left out where nothing is.
    var missing: Int?

    init(_ tally: Tally) {
      elements = tally.elements
      mismatches = tally.mismatches
      missing = tally.missing == 0 ? nil : tally.missing
    }
  }

  /// A layer's comparison, and its times in the same object.
  struct LayerEntry: Encodable {
    var comparison: Comparison
    var measured: MeasuredLayer?

    struct Comparison: Encodable {
      var name, op: String
      var elements, mismatches: Int
      /// Left out where nothing is.
      var missing: Int?
    }

    func encode(to encoder: any Encoder) throws {
      try comparison.encode(to: encoder)
      try measured?.encode(to: encoder)
    }
  }

  struct FirstDifference: Encodable {
    var sample, h, w, c: Int
    var layer: String
    var accumulator: Int?
    var expected, got: Int32
    var distanceToThreshold: Int?
    var tile: Tile?

    /// First and last element along each axis.
    struct Tile: Encodable {
      var rows, columns, channels: [Int]

      init(_ place: TilePlace) {
        rows = [place.rows.lowerBound, place.rows.upperBound - 1]
        columns = [place.columns.lowerBound, place.columns.upperBound - 1]
        channels = [place.channels.lowerBound, place.channels.upperBound - 1]
      }
    }

    init(_ difference: Difference) {
      sample = difference.sample
      h = difference.height
      w = difference.width
      c = difference.channel
      layer = difference.layer
      accumulator = difference.accumulator
      expected = difference.expected
      got = difference.got
      distanceToThreshold = difference.distanceToThreshold
      tile = difference.tile.map(Tile.init)
    }
  }

  struct Golden: Encodable {
    var elements, mismatches, ties, tensors: Int
    var differences: [Entry]
    var unmatched: [String]

    struct Entry: Encodable {
      var source, tensor: String
      var elements, mismatches, ownMismatches: Int
      var first: FirstDifference
      var cause: String
    }

    init(_ report: GoldenReport) {
      elements = report.tally.elements
      mismatches = report.tally.mismatches - report.tiedElements
      ties = report.tiedElements
      tensors = report.tensors
      unmatched = report.unmatched
      differences = report.differences.map {
        Entry(
          source: $0.source, tensor: $0.tensor, elements: $0.elements, mismatches: $0.mismatches,
          ownMismatches: $0.ownMismatches, first: FirstDifference($0.first), cause: $0.explanation)
      }
    }
  }

  struct Backend: Encodable {
    var layers: [LayerEntry]
    var outputs: Counts
    var faults: [String]
    var firstDifference: FirstDifference?
    var cycles, predictedCycles, loadCycles, macs: Int?

    init(_ report: BackendReport) {
      let measurement = report.measurement
      layers = report.layers.enumerated().map { index, layer in
        LayerEntry(
          comparison: .init(
            name: layer.name, op: layer.op, elements: layer.elements, mismatches: layer.mismatches,
            missing: layer.missing == 0 ? nil : layer.missing),
          measured: measurement?.layers[index])
      }
      cycles = measurement?.cycles
      predictedCycles = measurement?.predictedCycles
      loadCycles = measurement?.loadCycles
      macs = measurement?.macs
      outputs = Counts(report.outputs)
      faults = report.faults
      firstDifference = report.first.map(FirstDifference.init)
    }
  }

  var model: String
  var profile: String
  var seed: UInt64?
  var samples: Int
  var backends: [String: Backend]
  var golden: Golden?
  var pass: Bool

  init(_ report: VerificationReport) {
    model = report.model
    profile = report.profile.rawValue
    seed = report.seed
    samples = report.samples
    backends = Dictionary(uniqueKeysWithValues: report.backends.map { ($0.rawValue, Backend($1)) })
    golden = report.golden.map(Golden.init)
    pass = report.passes
  }
}
