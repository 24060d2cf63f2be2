import Pixels
import Tensors

/// The entries of a COCO file, as far as they matter here; keys in any order, and others among them.
extension BoxJSON {
    struct Image {
        var id: Int
        var name: String
        var size: Size?
    }

    struct Category {
        var id: Int
        var name: String
        /// The category that this one is a kind of.
        var above: String?
    }

    struct Annotation {
        var id: Int
        var image: Int
        var category: Int
        var box: Box
        var isCrowd: Bool
    }
}

extension BoxJSON.Image {
    init(from reader: inout JSONReader) throws(JSONDamage) {
        let start = reader.position
        var (id, name): (Int?, String?)
        var (width, height): (Int?, Int?)
        try reader.readObject { (key, reader) throws(JSONDamage) in
            switch key {
            case "id": id = try reader.readInteger()
            case "file_name": name = try reader.readString()
            case "width": width = try reader.wholeNumber()
            case "height": height = try reader.wholeNumber()
            default: try reader.skipValue()
            }
        }
        guard let id else { throw reader.damage("it has no 'id'", at: start) }
        guard let name, !name.isEmpty else { throw reader.damage("it has no 'file_name'", at: start) }
        let size = width.flatMap { width in height.map { Size(width: width, height: $0) } }
        self.init(id: id, name: name, size: size)
    }
}

extension BoxJSON.Category {
    init(from reader: inout JSONReader) throws(JSONDamage) {
        let start = reader.position
        var (id, name, above): (Int?, String?, String?)
        try reader.readObject { (key, reader) throws(JSONDamage) in
            switch key {
            case "id": id = try reader.readInteger()
            case "name": name = try reader.readString()
            case "supercategory" where reader.peek() == UInt8(ascii: "\""): above = try reader.readString()
            default: try reader.skipValue()
            }
        }
        guard let id else { throw reader.damage("it has no 'id'", at: start) }
        guard let name, !name.isEmpty else { throw reader.damage("it has no 'name'", at: start) }
        self.init(id: id, name: name, above: above)
    }
}

extension BoxJSON.Annotation {
    /// - Parameter count: which of the annotations it is, for those without a number of their own.
    init(from reader: inout JSONReader, _ count: Int) throws(JSONDamage) {
        let start = reader.position
        var (id, image, category): (Int?, Int?, Int?)
        var values: [Double] = []
        var isCrowd = false
        try reader.readObject { (key, reader) throws(JSONDamage) in
            switch key {
            case "id": id = try reader.readInteger()
            case "image_id": image = try reader.readInteger()
            case "category_id": category = try reader.readInteger()
            case "iscrowd": isCrowd = try reader.flag()
            case "bbox":
                try reader.readList { (reader) throws(JSONDamage) in
                    guard values.count < 4 else { throw reader.damage("more than four numbers in 'bbox'") }
                    values.append(try reader.readNumber())
                }
            default: try reader.skipValue()
            }
        }
        guard let image else { throw reader.damage("it has no 'image_id'", at: start) }
        guard let category else { throw reader.damage("it has no 'category_id'", at: start) }
        guard values.count == 4 else {
            throw reader.damage("it has no 'bbox' of four numbers: left, top, width, height", at: start)
        }
        let box = Box(left: values[0], top: values[1], width: values[2], height: values[3])
        self.init(id: id ?? count, image: image, category: category, box: box, isCrowd: isCrowd)
    }
}

extension JSONReader {
    /// A whole number if it is one; what else stands there is passed over.
    fileprivate mutating func wholeNumber() throws(JSONDamage) -> Int? {
        var ahead = self
        if let value = try? ahead.readInteger() {
            self = ahead
            return value
        }
        try skipValue()
        return nil
    }

    /// 0 or 1, or in words.
    fileprivate mutating func flag() throws(JSONDamage) -> Bool {
        switch peek() {
        case UInt8(ascii: "t"):
            try readWord("true")
            return true
        case UInt8(ascii: "f"), UInt8(ascii: "n"):
            try skipValue()
            return false
        default: return try readInteger() != 0
        }
    }
}
