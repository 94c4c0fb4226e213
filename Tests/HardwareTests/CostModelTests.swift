import NetworkIR
import Testing

@testable import Hardware

@Suite struct CostModelTests {
  private func gap8() throws -> CostModel { CostModel(try Target.named("gap8")) }

  private func tile(
    _ kernel: KernelTile.Kernel, window: Int = 1, rows: Int, columns: Int, outputs: Int, inputs: Int = 1,
    isLastPass: Bool = true
  ) -> KernelTile {
    KernelTile(
      kernel: kernel, window: Extent(height: window, width: window), strideHeight: 1, rows: rows, columns: columns,
      outputChannels: outputs, inputChannels: inputs, isLastPass: isLastPass)
  }

  /// PULP-NN publishes 15.5 MAC/cycle for this layer on eight cores.
  @Test func `a 3x3 convolution of 64 to 64 channels on 16x16 runs at 15.50 MAC per cycle`() throws {
    let work = tile(.convolution(outputChannelsPerGroup: 64), window: 3, rows: 16, columns: 16, outputs: 64, inputs: 64)
    let cycles = try gap8().cycles(work, split: .rows)
    let macs = 16 * 16 * 64 * 9 * 64
    #expect((1549...1551).contains(100 * macs / cycles), "\(cycles) cycles")
  }

  /// The measured silicon: hyper_bench.ods, sheet "GAP8 50MHz", in units of 10 kB/s.
  @Test(arguments: [(8192, 2859), (4096, 2685), (1024, 1964), (256, 727)])
  func `reading L3 is within half a percent of the measured rate`(bytes: Int, rate: Int) throws {
    let model = try gap8()
    let cycles = model.l3Read.cycles(bytes: bytes)
    let predicted = Double(bytes) * Double(model.target.clocks.clusterHertz) / Double(cycles) / 10_000
    #expect(abs(predicted - Double(rate)) < 0.005 * Double(rate), "\(predicted)")
  }

  @Test func `L3 moves 0.612 bytes a cycle at the default clocks`() throws {
    let model = try gap8()
    let further = model.l3Read.cycles(bytes: 1_000 * 512) - model.l3Read.cycles(bytes: 512)
    #expect(further == 999 * 837)
    #expect(abs(512.0 / 837.0 - 0.612) < 0.001)
  }

  @Test func `a faster cluster waits more cycles for L3`() throws {
    var target = try Target.named("gap8")
    target.clocks.clusterHertz *= 2
    #expect(CostModel(target).l3Read.cycles(bytes: 513) == 2 * (1_760 + 837))
    #expect(CostModel(target).l3Read.cycles(bytes: 0) == 0)
  }

  /// A command is 60 cycles with its latency, a line the bytes over 8 a cycle and one more if there are several.
  @Test func `copies cost commands and lines`() throws {
    let model = try gap8()
    #expect(model.cycles(TileCopy(contiguousBytes: 80)) == 78 + 10)
    let block = TileCopy(rows: 4, columns: 5, channels: 16, mapColumns: 9, mapChannels: 16, type: .int8)
    #expect(block.lines == 4 && block.commands == 1 && block.bytes == 320)
    #expect(model.cycles(block) == 78 + 4 * (10 + 1))
    let slice = TileCopy(rows: 4, columns: 5, channels: 8, mapColumns: 9, mapChannels: 16, type: .int8)
    #expect(slice.lines == 20 && slice.commands == 4 && slice.bytes == 160)
    #expect(model.cycles(slice) == 4 * 52 + 26 + 20 * (1 + 1))
  }

  /// Stripes of a map: full columns and channels are one run, whatever the number of rows.
  @Test func `whole rows of a map are one line`() {
    let copy = TileCopy(rows: 4, columns: 9, channels: 16, mapColumns: 9, mapChannels: 16, type: .int16)
    #expect(copy == TileCopy(contiguousBytes: 4 * 9 * 16 * 2))
  }

  /// 5 channels of 4 bits take 3 bytes of a pixel; 2 of 8 take one byte of its 4.
  @Test func `pixels of packed elements begin at bytes`() {
    let whole = TileCopy(rows: 4, columns: 9, channels: 5, mapColumns: 9, mapChannels: 5, type: .uint4)
    #expect(whole == TileCopy(contiguousBytes: 4 * 9 * 3))
    let slice = TileCopy(rows: 2, columns: 9, channels: 2, mapColumns: 9, mapChannels: 8, type: .int4)
    #expect(slice.lines == 18 && slice.bytesPerLine == 1)
    #expect(TileCopy(contiguousBytes: 0).commands == 0)
  }

  /// Two accesses of 12 cycles and 8 around them an element: two rows of 30 elements for each of 8 cores.
  @Test func `a movement costs two accesses to L2 an element`() throws {
    let work = tile(.movement, rows: 16, columns: 10, outputs: 3)
    #expect(try gap8().cycles(work, split: .rows) == (2 * 30 * 32 * 107 + 99) / 100 + 20)
  }

  @Test func `partial sums replace the requantization in all passes but the last`() throws {
    let model = try gap8()
    var work = tile(.convolution(outputChannelsPerGroup: 4), rows: 8, columns: 2, outputs: 4, inputs: 16)
    // One pair of positions and one block of four channels a core: 119 + 4 * 14 + 159, then 60 instead of 159.
    #expect(model.cycles(work, split: .rows) == (334 * 107 + 99) / 100 + 20)
    work.isLastPass = false
    #expect(model.cycles(work, split: .rows) == (235 * 107 + 99) / 100 + 20)
  }

  @Test func `no tile is faster than the ideal of the layer`() throws {
    let model = try gap8()
    let kernels: [KernelTile.Kernel] = [
      .convolution(outputChannelsPerGroup: 24), .convolution(outputChannelsPerGroup: 8), .depthwise, .addition,
      .pooling(.maximum), .pooling(.average), .pooling(.sum), .rescale, .softmax, .multiplication, .extremum, .pairwise,
      .lookup, .tableSoftmax, .argumentMaximum,
      .movement, .matrixProduct,
    ]
    for kernel in kernels {
      for rows in 1...9 {
        for columns in [1, 2, 7, 16] {
          let inputs = kernel == .depthwise ? 1 : 5
          let work = tile(kernel, window: 3, rows: rows, columns: columns, outputs: 24, inputs: inputs)
          let least = model.leastCycles(
            kernel: kernel, window: work.window, outputs: rows * columns * 24, inputChannels: inputs)
          for split in [CoreSplit.rows, .pixels, .channels] {
            #expect(model.cycles(work, split: split) >= least, "\(work)")
          }
        }
      }
    }
  }
}
