import NetworkIR

/// What of a layer's L2 chunks and of their slots the user has fixed.
struct ChoicePin: Equatable {
  private let mode: LayerMode?
  private let stripe: LayerPin.Stripe
  /// Pinned L2 slots; nil for a number that is free.
  private let slots: [PlannedBuffer.Operand: Int?]

  /// `layer` is nil where nothing is pinned.
  init(_ layer: LayerPin?) {
    mode = layer?.mode
    stripe = layer?.stripe ?? LayerPin.Stripe()
    var slots: [PlannedBuffer.Operand: Int?] = [:]
    for buffer in layer?.buffers ?? [] where buffer.level == .l2 { slots[buffer.operand] = .some(buffer.count) }
    self.slots = slots
  }

  /// Rows of a stripe to try.
  func rows(_ shape: LayerShape) -> [Int] {
    guard let rows = stripe.rows else { return ChunkCandidates.rows(shape) }
    let height = shape.output.height
    return rows == height || shape.allowsStripes && rows < height ? [rows] : []
  }

  /// Channels of a chunk to try.
  func channels(_ shape: LayerShape) -> [Int] {
    guard let channels = stripe.channels else { return ChunkCandidates.channels(shape) }
    let all = shape.output.channels
    return channels == all || shape.hasConstants && shape.allowsChannels(channels, of: all) ? [channels] : []
  }

  /// Whether these operands may stream.
  func allows(_ streamed: StreamedOperands) -> Bool {
    (mode == nil || mode == streamed.mode) && slots.keys.allSatisfy { streamed.operands.contains($0) }
  }

  /// Sets of operands with two slots to try, of those that come in several pieces: all or none, and the pinned ones.
  func doubled(of changing: [PlannedBuffer.Operand]) -> [Set<PlannedBuffer.Operand>] {
    let counts = slots.compactMapValues { $0 }
    let doubled = Set(counts.filter { $0.value == 2 }.keys)
    guard counts.values.allSatisfy({ (1...2).contains($0) }), doubled.isSubset(of: changing) else { return [] }
    let free = Set(changing).subtracting(counts.keys)
    return free.isEmpty ? [doubled] : [free.union(doubled), doubled]
  }
}
