import NetworkIR

/// What of a layer's L2 chunks and of their slots the user has fixed.
struct ChoicePin: Equatable {
  private let mode: LayerMode?
  private let stripe: LayerPin.Stripe
  /// Pinned L2 slots; nil for a number that is free.
  private let slots: [PlannedBuffer.Operand: Int?]
  /// Chunks of a head, 0 for none; nil where that is free.
  private let headChunks: Int?

  /// `layer` is nil where nothing is pinned.
  init(_ layer: LayerPin?) {
    mode = layer?.mode
    stripe = layer?.stripe ?? LayerPin.Stripe()
    var slots: [PlannedBuffer.Operand: Int?] = [:]
    for buffer in layer?.buffers ?? [] where buffer.level == .l2 { slots[buffer.operand] = .some(buffer.count) }
    self.slots = slots
    headChunks = layer?.headChunks
  }

  /// Whether constants may have no head.
  var allowsNoHead: Bool { headChunks ?? 0 == 0 }

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

  /// Slots of constants with a head to try; a pinned number is the only one.
  ///
  /// A layer that waits for its constants gains by every chunk of the head: with chunks of an eighth, a sixteenth ... of
  /// all channels these numbers make heads in steps of an eighth of their size or less. Any other layer gains by starting
  /// at once.
  func headSlots(waitsForConstants: Bool, chunks: Int) -> [Int] {
    if headChunks == 0 { return [] }
    let pinned = [headChunks, slots[.weights] ?? nil].compactMap { $0 }
    guard let count = pinned.first else { return !waitsForConstants ? [2] : chunks > 16 ? [6, 8] : [5, 6, 7, 8] }
    return pinned.allSatisfy { $0 == count } && (2...PlannedConstants.mostSlots).contains(count) ? [count] : []
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
