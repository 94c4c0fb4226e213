import Testing

@testable import Deployment

struct TextTableTests {
  /// Three columns of widths 25, 5 and 6: a name, a share of rank 1, cycles that stay.
  private static let table: TextTable = {
    var table = TextTable([
      .init("layer", cut: .middle), .init("op", rank: 2), .init("cycles"),
      .init("share", rank: 1, isForTerminals: true),
    ])
    table.rows = [
      [
        TextTable.Cell("backbone/stage1/conv_first"), TextTable.Cell("convolution", short: "conv"), "1234567", "97.0 %",
      ],
      ["fc", "fullyConnected", "-890", TextTable.Cell("3.0 %", .strong)],
    ]
    return table
  }()

  private static func texts(_ width: Int?) -> [String] { table.lines(fitting: width).map(\.text) }

  @Test func `plain text has every column that is for programs, in full`() {
    #expect(
      Self.table.lines == [
        "layer                       op               cycles",
        "backbone/stage1/conv_first  convolution     1234567",
        "fc                          fullyConnected     -890",
      ])
  }

  @Test func `a terminal of any width gets short words, groups of digits and its own columns`() {
    #expect(
      Self.texts(nil) == [
        "layer                       op                 cycles   share",
        "backbone/stage1/conv_first  conv            1,234,567  97.0 %",
        "fc                          fullyConnected       -890   3.0 %",
      ])
  }

  /// 61 columns are the whole table; a name can lose 8 of its 26 before a column goes.
  @Test(arguments: [
    (61, "backbone/stage1/conv_first  conv            1,234,567  97.0 %"),
    (60, "backbone/sta…1/conv_first  conv            1,234,567  97.0 %"),
    (53, "backbone/…nv_first  conv            1,234,567  97.0 %"),
    // Without `op` there is room for the whole name again.
    (52, "backbone/stage1/conv_first  1,234,567  97.0 %"),
    (37, "backbone/…nv_first  1,234,567  97.0 %"),
    (36, "backbone/sta…1/conv_first  1,234,567"),
    (20, "back…irst  1,234,567"),
    (19, "back…rst  1,234,567"),
    // Nothing more can go.
    (5, "back…rst  1,234,567"),
  ])
  func `what does not fit is cut in the middle or goes by its rank`(width: Int, row: String) {
    #expect(Self.texts(width)[1] == row)
  }

  @Test(arguments: 19...70)
  func `no line is wider than its terminal, and no column shrinks as it grows`(width: Int) {
    let lines = Self.table.lines(fitting: width)
    #expect(lines.allSatisfy { $0.text.terminalColumns <= width })
    #expect(lines.count == 3 && lines.allSatisfy { $0.text.last != " " })
    let columns = Self.texts(width)[0].split(separator: " ").count
    #expect(columns <= Self.texts(width + 1)[0].split(separator: " ").count)
  }

  @Test func `an emphasis is that of a cell, without the blanks around it`() {
    let runs = Self.table.lines(fitting: nil)[2].runs.filter { $0.emphasis != nil }
    #expect(runs.map(\.text) == ["3.0 %"] && runs.map(\.emphasis) == [.strong])
  }

  @Test func `letters of two columns are counted as two, and cut as one`() {
    #expect("名前🦆".terminalColumns == 6)
    #expect("e\u{301}".terminalColumns == 1)
    // Three columns on either side of the sign hold one such letter.
    #expect("名前名前名".shortened(to: 7, .middle) == "名…名")
    #expect("abcdef".shortened(to: 6, .middle) == "abcdef")
    #expect("abcdef".shortened(to: 5, .end) == "abcd…")
    #expect("abcdef".shortened(to: 2, .never) == "abcdef")
  }

  @Test func `a sentence of a column goes on below where its terminal is narrow`() {
    var table = TextTable([.init("name"), .init("cores", rank: 1), .init("description", cut: .wrapped)])
    table.rows = [["chip", "8", TextTable.Cell("one two three four five", .good)], ["x", "1", "six"]]
    #expect(
      table.lines(fitting: 33).map(\.text) == [
        "name  cores  description", "chip      8  one two three four", "               five", "x         1  six",
      ])
    #expect(table.lines(fitting: nil).map(\.text)[1] == "chip      8  one two three four five")
    #expect(table.lines[1] == "chip      8  one two three four five")
    for width in 20...40 { #expect(table.lines(fitting: width).allSatisfy { $0.text.terminalColumns <= width }) }
  }

  @Test func `a name can't command a terminal from a table`() {
    var table = TextTable([.init("a"), .init("b")])
    table.rows = [["x\u{1B}[2J\ny", "\u{202E}z"]]
    #expect(table.lines(fitting: 80)[1].text == "x?[2J?y  ?z")
  }

  @Test(arguments: [
    ("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1000", "-1,000"), ("12345678", "12,345,678"), ("1.25", "1.25"),
    ("8x16x32", "8x16x32"), ("", ""), ("-", "-"),
  ])
  func `whole numbers are shown in groups of three digits`(text: String, grouped: String) {
    #expect(text.groupingDigits == grouped)
  }

  @Test func `sentences end their lines between words`() {
    #expect("  one two three four".wrapped(to: 12) == ["  one two", "    three", "    four"])
    #expect("one two".wrapped(to: 7) == ["one two"])
    #expect("one two".wrapped(to: nil) == ["one two"])
    #expect("unbreakable".wrapped(to: 4) == ["unbreakable"])
    let blocks: [TextBlock] = [.line("a b", emphasis: .bad), .table(TextTable(rows: [["x", "1"]]))]
    #expect(blocks.plainLines == ["a b", "x  1"])
    #expect(blocks.lines(fitting: 2).map(\.text) == ["a", "  b", "x  1"])
  }
}
