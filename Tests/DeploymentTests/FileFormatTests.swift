import CEmitter
import Foundation
import NetworkIR
import Testing

@testable import Deployment

/// The bytes of these files were written by NumPy 2.4's `numpy.save`.
struct NPYTests {
  static func file(_ header: String, _ data: [UInt8]) -> [UInt8] {
    let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8) + data
  }

  static let int8File = file(
    "{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3), }", [0xfd, 0xfe, 0xff, 0, 1, 2])
  static let floatFile = file(
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", [0, 0, 0xc0, 0x3f, 0, 0, 0x10, 0xc0])

  @Test func `int8 arrays are read as NumPy wrote them`() throws {
    let array = try NPY.decode(Self.int8File, path: "a.npy")
    #expect(array.scalar == .int8)
    #expect(array.dimensions == [2, 3])
    #expect(array.values == [-3, -2, -1, 0, 1, 2])
  }

  @Test func `float arrays are read as NumPy wrote them`() throws {
    let array = try NPY.decode(Self.floatFile, path: "a.npy")
    #expect(array.dimensions == [2])
    #expect(array.values == [1.5, -2.25])
  }

  @Test func `written arrays are byte for byte NumPy's`() {
    #expect(NPY.encode([-3, -2, -1, 0, 1, 2], type: .int8, dimensions: [2, 3]) == Self.int8File)
    let wide = Self.file(
      "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }", [0x70, 0x11, 1, 0, 0x90, 0xee, 0xfe, 0xff])
    #expect(NPY.encode([70000, -70000], type: .int32, dimensions: [1, 2]) == wide)
  }

  @Test(arguments: [
    ("'|i1'", "(-1, -1)", "has shape (-1, -1), but dimensions are whole numbers from 0 on"),
    ("'|i1'", "(2.5,)", "has shape (2.5,), but dimensions are whole numbers from 0 on"),
    ("'|i1'", "6", "has no shape"),
    ("[('a', '|i1')]", "(6,)", "holds elements of several parts, or does not say of which type they are"),
    ("'|b1'", "(6,)", "holds elements of type '|b1', which is not supported"),
  ])
  func `a header that does not fit is refused for what it says`(type: String, shape: String, message: String) throws {
    let file = Self.file("{'descr': \(type), 'fortran_order': False, 'shape': \(shape), }", [1, 2, 3, 4, 5, 6])
    let refusal = #expect(throws: Refusal.self) { try NPY.decode(file, path: "a.npy") }
    #expect(refusal?.diagnostics.map(\.message) == [message])
  }

  /// NumPy's own three; `numpy.load` refuses others.
  @Test(arguments: [
    (1, 0, true), (2, 0, true), (3, 0, true), (0, 0, false), (4, 0, false), (1, 1, false), (9, 9, false),
  ])
  func `versions of the format that nobody has defined are refused`(major: Int, minor: Int, isRead: Bool) throws {
    var file = Self.int8File
    (file[6], file[7]) = (UInt8(major), UInt8(minor))
    // From version 2 on the length has 32 bits.
    if major >= 2 { file.insert(contentsOf: [0, 0], at: 10) }
    guard !isRead else {
      #expect(try NPY.decode(file, path: "a.npy").values == [-3, -2, -1, 0, 1, 2])
      return
    }
    let refusal = #expect(throws: Refusal.self) { try NPY.decode(file, path: "a.npy") }
    let message = "is of format version \(major).\(minor), but 1.0, 2.0 and 3.0 are read"
    #expect(refusal?.diagnostics.map(\.message) == [message])
  }

  @Test(arguments: 0..<140) func `a file cut short is refused`(length: Int) {
    guard length < Self.int8File.count else { return }
    #expect(throws: Refusal.self) { try NPY.decode(Array(Self.int8File.prefix(length)), path: "a.npy") }
  }

  @Test func `changed bytes never trap the reader`() {
    var generator = SplitMix64(seed: 7)
    for _ in 0..<5_000 {
      var bytes = Self.int8File
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      _ = try? NPY.decode(bytes, path: "a.npy")
    }
  }

  @Test(arguments: ElementType.allCases) func `codes of every type come back from a file`(type: ElementType) throws {
    var generator = SplitMix64(seed: 3)
    let codes = (0..<97).map { _ in Int32(Int.random(in: type.range, using: &generator)) }
    let array = try NPY.decode(NPY.encode(codes, type: type, dimensions: [97]), path: "a.npy")
    #expect(array.values == codes.map(Double.init))
    #expect(array.scalar.bytes == max(type.bits / 8, 1))
  }

  @Test func `wide codes are little endian`() {
    #expect(NPY.encode([-2, 258], type: .int16, dimensions: [2]).suffix(4) == [0xfe, 0xff, 2, 1])
    #expect(NPY.encode([-2], type: .int32, dimensions: [1]).suffix(4) == [0xfe, 0xff, 0xff, 0xff])
  }
}
