import Crypto
import Foundation
import NetworkIR

/// The parts of a page that never vary, and how they become one file.
struct PageTemplate {
  /// A part of the page with a heading, which scripts fill.
  fileprivate struct Section {
    var id: String
    var title: String
  }

  private let sections: [Section]
  private let styles: [[UInt8]]
  private let scripts: [[UInt8]]

  /// What all pages draw with. Scripts are in an order in which each finds what it uses when it is read.
  private static let shared = [
    PackageResources.elements_js, PackageResources.words_js, PackageResources.figures_js, PackageResources.sorting_js,
    PackageResources.plan_js, PackageResources.view_js, PackageResources.chart_js, PackageResources.memory_js,
  ]

  /// The page of one plan.
  static let report = PageTemplate(
    sections: [
      Section(id: "summary", title: "Summary"), Section(id: "time", title: "Time and memory"),
      Section(id: "layers", title: "Layers"), Section(id: "layer", title: "One layer"),
      Section(id: "traffic", title: "Traffic against each tensor once"),
      Section(id: "certificate", title: "Certificate"),
    ],
    styles: [PackageResources.page_css, PackageResources.drawings_css, PackageResources.print_css],
    scripts: shared + [
      PackageResources.report_js, PackageResources.timeline_js, PackageResources.summary_js, PackageResources.table_js,
      PackageResources.tiling_js, PackageResources.maps_js, PackageResources.layer_js, PackageResources.traffic_js,
      PackageResources.certificate_js, PackageResources.main_js,
    ])

  /// The page of two plans.
  static let comparison = PageTemplate(
    sections: [
      Section(id: "summary", title: "Summary"), Section(id: "time", title: "Time of each layer"),
      Section(id: "memory", title: "Memory over time"), Section(id: "layers", title: "Layers"),
      Section(id: "changes", title: "Everything that differs"),
    ],
    styles: [
      PackageResources.page_css, PackageResources.drawings_css, PackageResources.comparison_css,
      PackageResources.print_css,
    ],
    scripts: shared + [
      PackageResources.comparison_js, PackageResources.comparison_summary_js, PackageResources.comparison_time_js,
      PackageResources.comparison_table_js, PackageResources.comparison_changes_js,
      PackageResources.comparison_main_js,
    ])

  /// A page.
  ///
  /// The names in it come from files that nobody trusts. None of them can end the element that it stands in, and the
  /// page's own policy runs no script but those of this template and loads nothing.
  ///
  /// - Parameters:
  ///   - title: of the page.
  ///   - heading: at its top.
  ///   - generator: the tool that made the plan.
  ///   - text: for readers without scripts.
  ///   - data: JSON for the scripts.
  /// - Returns: UTF-8.
  func page(title: String, heading: String, generator: String, text: String, data: String) -> [UInt8] {
    let (style, script) = (Self.joined(styles), Self.joined(scripts))
    let values = [
      "policy": Self.policy(style: style, script: script), "title": Self.escaped(title),
      "heading": Self.escaped(heading), "generator": Self.escaped(generator), "text": Self.escaped(text),
      "sections": sections.map(\.markup).joined(separator: "\n"), "style": style, "script": script,
      // Outside of texts JSON has no such character; in a text the escape stands for it.
      "data": data.replacingOccurrences(of: "<", with: "\\u003c"),
    ]
    return Array(Self.filled(String(decoding: PackageResources.page_html, as: UTF8.self), values).utf8)
  }

  /// The template with a value in place of every `{{name}}`; values are not looked into.
  private static func filled(_ template: String, _ values: [String: String]) -> String {
    let parts = template.components(separatedBy: "{{")
    return parts.dropFirst().reduce(into: parts[0]) { page, part in
      let halves = part.components(separatedBy: "}}")
      guard halves.count == 2, let value = values[halves[0]] else {
        preconditionFailure("the page's template has no value for '\(halves[0])'")
      }
      page += value + halves[1]
    }
  }

  private static func joined(_ files: [[UInt8]]) -> String {
    "\n" + files.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
  }

  /// What a browser may do with the page (W3C, Content Security Policy Level 3): run these scripts, apply these styles.
  private static func policy(style: String, script: String) -> String {
    "default-src 'none'; style-src '\(digest(style))'; script-src '\(digest(script))'; base-uri 'none'; form-action 'none'"
  }

  private static func digest(_ text: String) -> String {
    "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
  }

  /// Text of an element or of an attribute in quotes.
  private static func escaped(_ text: String) -> String {
    text.harmless.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }
}

extension PageTemplate.Section {
  fileprivate var markup: String {
    """
    <section id="\(id)" aria-labelledby="\(id)-title">
    <h2 id="\(id)-title">\(title)</h2>
    </section>
    """
  }
}
