import NetworkIR
import Testing

@testable import Deployment

/// Real numbers in a file, as QuantizeLinear makes codes of them.
struct SampleRealsTests {
  private static func littleEndian(_ bits: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: bits.littleEndian) { Array($0) }
  }

  /// What reading gives of reals of which all but the first two are 0, by scale 0.5 and zero point 10.
  private static func codes(of first: Double, _ second: Double, descriptor: String) throws -> [Int32] {
    let reals = [first, second] + Array(repeating: 0, count: 10)
    let data: [UInt8] = reals.flatMap {
      descriptor == "<f4" ? littleEndian(Float($0).bitPattern) : littleEndian($0.bitPattern)
    }
    let file = NPYTests.file("{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (1, 2, 2, 3), }", data)
    var scaled = GoldenDataTests.network
    scaled.inputs[0].scale = 0.5
    scaled.inputs[0].zeroPoint = 10
    return try OutputFolderTests.scratch { path in
      try OutputFolderTests.put(file, path + "/in.npy")
      return try SampleSource.files([path + "/in.npy"]).load(for: scaled).samples[0][0]
    }
  }

  @Test(arguments: [("<f4", 3e38), ("<f4", 1e6), ("<f8", 1e308), ("<f8", 3.4e38)])
  func `reals that are too large for a code saturate, however large they are`(descriptor: String, real: Double) throws {
    // HWC codes: the second of a file in NCHW order is that of the next pixel.
    let codes = try Self.codes(of: real, -real, descriptor: descriptor)
    #expect(codes == [255, 10, 0, 10, 10, 10, 10, 10, 10, 10, 10, 10])
  }

  @Test(arguments: ["<f4", "<f8"], [Double.nan, .infinity, -.infinity])
  func `what is no finite number is refused`(descriptor: String, real: Double) throws {
    let refusal = #expect(throws: Refusal.self) { try Self.codes(of: 1, real, descriptor: descriptor) }
    #expect(refusal?.diagnostics.first?.message == "holds \(real), which is no finite number")
  }
}
