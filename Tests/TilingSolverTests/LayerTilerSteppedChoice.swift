import Hardware
import NetworkIR

@testable import TilingSolver

/// Runs a choice chunk by chunk and tile by tile.
struct SteppedChoice {
  private(set) var cycles = LayerCycles()
  private(set) var transfers = LayerTransfers()
  private(set) var tiles = 0
  private(set) var constantBytes = 0
  /// Sentences about buffers that are too small, too large or not aligned.
  private(set) var bufferProblems: [String] = []

  private struct Chunk {
    var time = 0
    var singleLoad = 0
    var doubledLoad = 0
    var singleStore = 0
    var doubledStore = 0
  }

  init(stepped: SteppedLayer, choice: LayerChoice) {
    let model = stepped.model
    let output = stepped.output
    let doubledL1 = Set(choice.buffers.filter { $0.level == .l1 && $0.count == 2 }.map(\.operand))
    let slots = choice.buffers.filter { $0.level == .l2 }
    var needed: [PlannedBuffer.Operand: Int] = [:]
    var l1Bytes = 0
    var chunks: [Chunk] = []
    var before: SteppedLayer.Tile?
    for firstRow in stride(from: 0, to: output.height, by: choice.stripe.rows) {
      let rows = firstRow..<min(firstRow + choice.stripe.rows, output.height)
      for firstChannel in stride(from: 0, to: output.channels, by: choice.stripe.channels) {
        let channels = firstChannel..<min(firstChannel + choice.stripe.channels, output.channels)
        let outcome = stepped.run(
          rows: rows, channels: channels, tile: choice.tile, order: choice.loopOrder, split: choice.split,
          doubled: doubledL1, after: before)
        before = outcome.last
        l1Bytes = max(l1Bytes, outcome.l1Bytes)
        var chunk = Chunk(time: outcome.total)
        cycles.compute += outcome.compute
        cycles.dma += outcome.dma
        transfers.l2l1ReadBytes += outcome.readBytes
        transfers.l2l1WriteBytes += outcome.writeBytes
        transfers.dmaCommands += outcome.commands
        tiles += outcome.tiles
        let constants = Self.constantBytes(stepped, choice, channels: channels.count)
        if firstRow == 0 { constantBytes += constants }
        for slot in slots {
          var bytes = 0
          switch slot.operand {
          case .input0, .input1:
            guard firstChannel == 0 else { break }
            let operand = stepped.layer.inputs[slot.operand == .input0 ? 0 : 1]
            let rowBytes = operand.shape.width * stepped.pixelBytes(operand.tensor, operand.shape.channels)
            let rows = stepped.inputRange(rows, vertical: true)
            let start = rows.lowerBound * rowBytes
            bytes = (rows.upperBound * rowBytes + 3) / 4 * 4 - (start - start % 4)
          case .weights: bytes = constants
          case .output:
            guard channels.upperBound == output.channels else { break }
            let rowBytes = output.width * stepped.pixelBytes(stepped.layer.output, output.channels)
            if firstRow * rowBytes % 4 != 0 { bufferProblems.append("output stripe starts at an odd address") }
            bytes = (rows.count * rowBytes + 3) / 4 * 4
          default: bufferProblems.append("\(slot.operand) has an L2 slot")
          }
          guard bytes > 0 else { continue }
          needed[slot.operand] = max(needed[slot.operand] ?? 0, bytes)
          if chunks.count < choice.headChunks {
            if bytes != slot.bytes { bufferProblems.append("chunk \(chunks.count) of the head does not fill its slot") }
            continue
          }
          if slot.operand == .output {
            let time = model.l3Write.cycles(bytes: bytes)
            if slot.count == 2 { chunk.doubledStore += time } else { chunk.singleStore += time }
            transfers.l3WriteBytes += bytes
          } else {
            let time = model.l3Read.cycles(bytes: bytes)
            if slot.count > 1 { chunk.doubledLoad += time } else { chunk.singleLoad += time }
            transfers.l3ReadBytes += bytes
          }
          cycles.l3 += bytes == 0 ? 0 : (slot.operand == .output ? model.l3Write : model.l3Read).cycles(bytes: bytes)
        }
        chunks.append(chunk)
      }
    }
    if choice.headChunks > 0 {
      let constantSlots = slots.first?.count ?? 0
      if slots.count != 1 || constantSlots != choice.headChunks { bufferProblems.append("a head in \(slots)") }
      cycles.total = Self.clock(chunks.map { ($0.doubledLoad, $0.time) }, head: choice.headChunks, slots: constantSlots)
      chunks = []
    }
    for (index, chunk) in chunks.enumerated() {
      let nextLoad = index + 1 < chunks.count ? chunks[index + 1].doubledLoad : 0
      let previousStore = index > 0 ? chunks[index - 1].doubledStore : 0
      cycles.total += chunk.singleLoad + max(chunk.time, nextLoad + previousStore) + chunk.singleStore
    }
    cycles.total += (chunks.first?.doubledLoad ?? 0) + (chunks.last?.doubledStore ?? 0)
    cycles.total += model.target.overheads.layerCycles
    checkBuffers(choice, l1Bytes: l1Bytes, slots: needed)
  }

  /// Lets a clock run over chunks whose constants come through slots, event by event: a load starts when the bus and a
  /// slot are free, a chunk when its constants are there and the one before is done. Each chunk is (load, work).
  private static func clock(_ chunks: [(load: Int, work: Int)], head: Int, slots: Int) -> Int {
    var now = 0
    var loaded = head
    var done = 0
    var loadEnds: Int?
    var workEnds: Int?
    while done < chunks.count {
      if loadEnds == nil, loaded < chunks.count, loaded - done < slots { loadEnds = now + chunks[loaded].load }
      if workEnds == nil, done < loaded { workEnds = now + chunks[done].work }
      now = min(loadEnds ?? Int.max, workEnds ?? Int.max)
      if loadEnds == now {
        loaded += 1
        loadEnds = nil
      }
      if workEnds == now {
        done += 1
        workEnds = nil
      }
    }
    return now
  }

  private mutating func checkBuffers(_ choice: LayerChoice, l1Bytes: Int, slots: [PlannedBuffer.Operand: Int]) {
    var end = 0
    for buffer in choice.buffers {
      if buffer.bytes % 4 != 0 || buffer.offset % 4 != 0 { bufferProblems.append("\(buffer) is not aligned") }
      guard buffer.level == .l1 else {
        if buffer.bytes != slots[buffer.operand] { bufferProblems.append("\(buffer), not \(slots)") }
        continue
      }
      if buffer.offset != end { bufferProblems.append("\(buffer) does not start at \(end)") }
      end = buffer.offset + buffer.bytes * buffer.count
    }
    if end != l1Bytes { bufferProblems.append("the L1 buffers end at \(end), not at \(l1Bytes)") }
  }

  private static func constantBytes(_ stepped: SteppedLayer, _ choice: LayerChoice, channels: Int) -> Int {
    guard let constants = stepped.constants else { return 0 }
    guard case .convolution(let convolution) = stepped.layer.operation else {
      return channels * constants.parameterBytes
    }
    let inputs = convolution.inputChannelsPerGroup
    let pass = convolution.groups == 1 ? choice.tile.inputChannels : inputs
    var bytes = 0
    for first in stride(from: 0, to: channels, by: choice.tile.outputChannels) {
      let outputs = min(choice.tile.outputChannels, channels - first)
      if stepped.order == .plain { bytes += outputs * constants.parameterBytes }
      for start in stride(from: 0, to: inputs, by: pass) {
        bytes += (stepped.blockBytes(outputs: outputs, inputs: min(pass, inputs - start)) + 3) / 4 * 4
      }
    }
    return bytes
  }
}
