import NetworkIR

extension Findings {
  /// What the layer says that it moves is what its tiles, stripes and chunks move.
  mutating func checkTransfers(of layer: PlannedLayer, _ walk: TileWalk) {
    let place = Place.layer(layer)
    let sums = TransferSums(walk)
    let moved = layer.transfers
    expect(layer.tiles, equals: walk.tiles, .tiling, at: place, "tiles")
    expect(moved.l2l1ReadBytes, equals: sums.readBytes, .totals, at: place, "bytes from l2 to l1")
    expect(moved.l2l1WriteBytes, equals: sums.writtenBytes, .totals, at: place, "bytes from l1 to l2")
    expect(moved.dmaCommands, atLeast: sums.copies, .totals, at: place, "dma commands for one a copy")
    if layer.isDirect { expect(moved.dmaCommands, equals: 0, .totals, at: place, "dma commands in l2 alone") }

    var read = walk.streamedReadBytes
    var written = walk.streamedWriteBytes
    for transfer in moved.l3 {
      switch transfer.kind {
      case .weights, .pageIn: read += transfer.bytes
      case .pageOut: written += transfer.bytes
      }
    }
    expect(moved.l3ReadBytes, equals: read, .totals, at: place, "bytes from l3")
    expect(moved.l3WriteBytes, equals: written, .totals, at: place, "bytes to l3")
  }
}

extension TileWalk {
  /// Bytes that the layer's own streaming brings from L3 and flash: each stripe of an input once, and each chunk of the constants
  /// again for each row stripe, unless there is one chunk only; without the head, which earlier steps bring.
  fileprivate var streamedReadBytes: Int {
    var bytes = 0
    for input in layer.inputs where input.level == .l3 {
      bytes += stripes.reduce(0) { $0 + stripeBytes($1, of: input) }
    }
    if let constants = layer.constants, layer.streamsConstants {
      bytes += constants.bytes * (chunks.count == 1 ? 1 : stripes.count)
      bytes -= chunks.indices.prefix(layer.headChunks).reduce(0) { $0 + constantBytes(chunk: $1) }
    }
    return bytes
  }

  /// Bytes that the layer's own streaming takes to L3; the last stripe is rounded up to a word.
  fileprivate var streamedWriteBytes: Int {
    layer.output.level == .l3 ? (layer.output.shape.height * layer.output.rowBytes).roundedUpToWord : 0
  }
}
