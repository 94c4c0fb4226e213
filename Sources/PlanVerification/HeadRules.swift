import NetworkIR

// The head of streamed constants: chunks that lie in the first slots when the layer begins.

extension PlannedLayer {
  /// Chunks of the head; 0 without one.
  var headChunks: Int { constants?.headChunks ?? 0 }

  /// The slots in L2 that constants pass through.
  var constantSlots: PlannedBuffer? { buffers.first { $0.operand == .weights && $0.level == .l2 } }

  /// Where the head lies in L2.
  var headRange: Range<Int>? {
    guard headChunks > 0, let slots = constantSlots else { return nil }
    return slots.offset..<slots.offset + headChunks * slots.bytes
  }
}

extension Findings {
  /// A head has at least one chunk and a slot for each, in a layer that streams nothing but constants; its chunks fill
  /// their slots, so that it lies in L2 as it does in its home.
  mutating func checkHead(of layer: PlannedLayer, _ walk: TileWalk) {
    guard let constants = layer.constants, let head = constants.headChunks else { return }
    let place = Place.layer(layer, tensor: constants.tensor)
    require(layer.mode == .weightsStreamed, .constants, at: place, "a head in mode \(layer.mode)")
    guard let slots = layer.constantSlots else {
      return report(.constants, at: place, "a head without slots in l2 to lie in")
    }
    expect(head, atLeast: 1, .constants, at: place, "chunks of the head")
    expect(head, atMost: slots.count, .constants, at: place, "chunks of the head for the slots")
    expect(head, atMost: walk.chunks.count, .constants, at: place, "chunks of the head")
    for chunk in walk.chunks.indices.prefix(max(0, head)) {
      expect(
        walk.constantBytes(chunk: chunk), equals: slots.bytes, .constants, at: place,
        "bytes of chunk \(chunk) of the head, which fills its slot")
    }
  }
}

extension Playback {
  /// The place of a layer's head in L2; reports where it has none or another one than the slots.
  mutating func headPlacement(of layer: PlannedLayer, _ constants: PlannedConstants, in step: Int) -> Int? {
    let place = Place.layer(layer, tensor: constants.tensor)
    guard let index = placements.position(of: constants.tensor, in: .l2, step: step) else {
      findings.report(.presence, at: place, "the head has no place in l2 when the layer reads it")
      return nil
    }
    guard let slots = layer.headRange else { return nil }
    findings.expect(
      placements[index].offset, equals: slots.lowerBound, .placement, at: place, "offset of the head in its slots")
    let shape = Shape(height: 1, width: 1, channels: slots.count)
    findings.require(
      placements[index].shape == shape, .document, at: place,
      "shape \(placements[index].shape) of the head, not \(shape)")
    findings.expect(placements[index].bytes, equals: slots.count, .placement, at: place, "bytes of the head")
    return index
  }
}
