import Foundation
import TilingSolver

/// An event of the Trace Event Format (Google, "Trace Event Format", 2016); the keys are its own.
struct TraceEvent: Encodable {
  /// What kind of event it is.
  enum Phase: String, Encodable {
    /// A name of a process or a track.
    case metadata = "M"
    /// A slice with its duration.
    case complete = "X"
    /// A number that changes.
    case counter = "C"
  }

  /// What the event says besides.
  enum Argument: Encodable {
    case number(Int)
    case text(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      }
    }
  }

  var name: String
  var ph: Phase
  /// Begin, in microseconds.
  var ts: Decimal = 0
  /// Duration of a slice, in microseconds; nil for other events.
  var dur: Decimal?
  var pid = 1
  /// The track; 0 for what belongs to none.
  var tid = 0
  var args: [String: Argument]
}

/// The tracks of a trace, from top to bottom.
enum TraceTrack: Int, CaseIterable {
  case layers = 1
  case cores, waiting, load, store, external

  init(_ track: TimelineEvent.Track) {
    self =
      switch track {
      case .cores: .cores
      case .waiting: .waiting
      case .load: .load
      case .store: .store
      case .external: .external
      }
  }

  var words: String {
    switch self {
    case .layers: "layers"
    case .cores: "cores"
    case .waiting: "cores waiting"
    case .load: "DMA, L2 to L1"
    case .store: "DMA, L1 to L2"
    case .external: "L3 bus"
    }
  }
}

extension TimelineEvent.Activity {
  /// What happens.
  var words: String {
    switch self {
    case .layerStart: "start of the layer"
    case .tileStart: "start of a tile"
    case .dmaCommands: "DMA commands"
    case .kernel: "kernel"
    case .dmaWait: "waiting for L2-L1 transfers"
    case .l3Wait: "waiting for L3 transfers"
    case .load: "load"
    case .store: "store"
    case .weights: "fetch weights"
    case .pageIn: "page in"
    case .pageOut: "page out"
    case .streamedWeights: "stream weights"
    case .streamedInput: "stream input"
    case .streamedOutput: "stream output"
    }
  }
}
