import Hardware
import NetworkIR

extension TilePipeline {
  /// What happens in the chunk that was prepared last, tile by tile, as `cost` adds it up.
  ///
  /// - Parameters:
  ///   - tiles: of the chunk.
  ///   - doubled: operands with two slots.
  ///   - split: how the cores share a tile.
  ///   - kept: operands that the first tile finds in L1.
  /// - Returns: from the chunk's first load to its last store.
  func timeline(
    _ tiles: ChunkTiles, doubled: TileOperands, split: CoreSplit, keeping kept: TileOperands
  ) -> Timeline {
    var line = Timeline()
    let lane = splits.firstIndex(of: split) ?? 0
    let everyAxis: ChunkTiles.Axes = [.rows, .columns, .channels, .passes]
    let first = transfer(tiles.first, arrived: everyAxis, of: doubled.subtracting(kept))
    line.add(.load, at: 0, cycles: first.cycles, bytes: first.bytes, tile: 0)
    line.wait(.dmaWait, until: first.cycles)
    var number = 0
    tiles.oneByOne.forEach { _, tile, before, arrived, after, left in
      let loaded: TileOperands = number == 0 ? TileOperands.all.subtracting(kept) : .all
      let store = tiles.passes.kinds[tile.pass].isLastPass ? output[outputIndex(tile)] : Transfer()
      line.spend(.tileStart, cycles: model.target.overheads.tileCycles, tile: number)
      line.spend(
        .dmaCommands, cycles: transfer(tile, arrived: arrived, of: loaded).issueCycles + store.issueCycles,
        tile: number)
      let single = transfer(tile, arrived: arrived, of: loaded.subtracting(doubled))
      line.add(.load, at: line.clock, cycles: single.cycles, bytes: single.bytes, tile: number)
      line.wait(.dmaWait, until: line.clock + single.cycles)
      let next = after.map { transfer($0, arrived: left, of: doubled) } ?? Transfer()
      line.add(.load, at: line.clock, cycles: next.cycles, bytes: next.bytes, tile: number + 1)
      var done = line.clock + next.cycles
      if doubled.contains(.output), let before, tiles.passes.kinds[before.pass].isLastPass {
        let previous = output[outputIndex(before)]
        line.add(.store, at: done, cycles: previous.cycles, bytes: previous.bytes, tile: number - 1)
        done += previous.cycles
      }
      line.spend(.kernel, cycles: compute[outputIndex(tile) * passKinds + tile.pass][lane], tile: number)
      line.wait(.dmaWait, until: done)
      if after == nil || !doubled.contains(.output) {
        line.add(.store, at: line.clock, cycles: store.cycles, bytes: store.bytes, tile: number)
        line.wait(.dmaWait, until: line.clock + store.cycles)
      }
      number += 1
    }
    return line
  }

  /// The loads of those of `operands` that a tile needs anew.
  private func transfer(
    _ tile: ChunkTiles.Step, arrived: ChunkTiles.Axes, of operands: TileOperands
  ) -> Transfer {
    var sum = Transfer()
    if changesInput(tile, arrived: arrived) {
      if operands.contains(.input0) { sum.add(input0[inputIndex(tile)]) }
      if operands.contains(.input1), !input1.isEmpty { sum.add(input1[inputIndex(tile)]) }
    }
    guard shape.hasConstants else { return sum }
    if operands.contains(.weights), !arrived.isDisjoint(with: [.channels, .passes]) {
      sum.add(weights[tile.channels * passKinds + tile.pass])
    }
    if operands.contains(.parameters), arrived.contains(.channels) { sum.add(parameters[tile.channels]) }
    return sum
  }
}

extension TileOperands {
  fileprivate static let all: TileOperands = [.inputs, .constants, .output]
}

extension ChunkTiles {
  /// The same tiles with a term for each, so that `forEach` visits them in the order in which they run.
  var oneByOne: ChunkTiles {
    ChunkTiles(
      rows: rows.oneByOne, columns: columns.oneByOne, channels: channels.oneByOne, passes: passes.oneByOne,
      order: order)
  }
}
