import Foundation
import NetworkIR

/// What the simulator of the cluster counts, in cycles of the cluster clock.
struct ClusterReport: Decodable, Equatable, Sendable {
  /// Before the first inference.
  struct Load: Decodable, Equatable, Sendable {
    var cycles: Int
  }

  /// One inference.
  struct Sample: Decodable, Equatable, Sendable {
    var cycles: Int
    /// In step order.
    var layers: [Layer]
  }

  /// One step of an inference.
  struct Layer: Decodable, Equatable, Sendable {
    var step: Int
    /// From the begin of the layer to its end.
    var cycles: Int
    /// The first core, which runs the network, is in a kernel.
    var compute: Int
    /// It waits for a transfer between L2 and L1.
    var dma: Int
    /// It waits for a transfer to or from L3.
    var l3: Int
    /// All else.
    var control: Int
    /// Cycles that all cores together waited for a bank of L1.
    var conflicts: Int
    /// Lines that the instruction cache fetched.
    var cacheMisses: Int
  }

  var load: Load
  var samples: [Sample]

  /// Reads the report of a run.
  ///
  /// - Throws: `Refusal` where it is not the report of so many samples of so many layers.
  init(_ bytes: [UInt8], samples: Int, layers: Int) throws(Refusal) {
    let expected = (0..<layers).map { $0 }
    guard let report = try? JSONDecoder().decode(ClusterReport.self, from: Data(bytes)),
      report.samples.count == samples, report.samples.allSatisfy({ $0.layers.map(\.step) == expected })
    else {
      throw Refusal(
        Diagnostic(
          code: "DG0034",
          message: "the simulator's report of \(bytes.count) bytes is not one of \(samples) samples of \(layers) "
            + "layers",
          hint: "this is a fault of dory-gen; please report it with the model"))
    }
    self = report
  }
}
