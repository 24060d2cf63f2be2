import Pixels
import Steps

/// Where a program is for a part of the picture only, the result goes back into the rest: steps put in at the end.
extension Lowering {
    /// What became of the channels the program was given takes their place; the others, and alpha, are as they were.
    mutating func returnChannels(_ channels: ChannelSelection, _ place: inout Place) throws {
        let count = nodes[given].shape.channels
        try spread(&place.colour, as: given, channels: count)
        switch channels {
        case .luma:
            let change = try add(CombineStep(.subtract, inputCount: 2), [place.colour, given])
            place.colour = try add(CombineStep(.add, inputCount: 2), [whole, change])
        case .some(let chosen):
            let all = nodes[whole].shape.channels
            let both = try add(ConcatStep(inputCount: 2), [whole, place.colour])
            let order = (0..<all).map { channel in chosen.firstIndex(of: channel).map { all + $0 } ?? channel }
            place.colour = try add(MixStep(.pick(order), text: "channels"), [both])
        }
        place.alpha = original.alpha
    }

    /// The result by the mask and inside the region, over the picture as it came.
    mutating func returnPart(_ place: inout Place, isFloat: Bool) throws {
        try spread(&place.colour, as: original.colour, channels: nodes[original.colour].shape.channels)
        if place.alpha == nil, original.alpha != nil {
            throw PlanError.rechannelled(nodes[place.colour].shape.channels, picture: header.channels.count)
        }
        if let mask = options.mask {
            let weight = try receiveMask(mask)
            // What would be cut off afterwards is not to shine through a mask.
            if !isFloat {
                place.colour = try add(PointStep(.clamp(low: 0, high: 1), text: "clamp 0 1"), [place.colour])
            }
            var share = weight
            if let alpha = place.alpha, let before = original.alpha {
                share = try add(BlendShareStep(), [weight, alpha, before])
                place.alpha = try add(BlendStep(), [alpha, before, weight])
            }
            place.colour = try add(BlendStep(), [place.colour, original.colour, share])
        }
        if let region = options.region {
            guard region.places(in: header.size) != nil else {
                throw PlanError.region(region, picture: header.size)
            }
            place.colour = try add(RegionStep(region), [place.colour, original.colour])
            if let alpha = place.alpha, let before = original.alpha {
                place.alpha = try add(RegionStep(region), [alpha, before])
            }
        }
    }

    /// Gives a result of one channel the channels of what it goes back into.
    private mutating func spread(_ node: inout Int, as target: Int, channels: Int) throws {
        let shape = nodes[node].shape
        guard shape.size == nodes[target].shape.size else {
            throw PlanError.resized(shape.size, picture: nodes[target].shape.size)
        }
        if shape.channels == channels { return }
        guard shape.channels == 1 else { throw PlanError.rechannelled(shape.channels, picture: channels) }
        node = try add(MixStep(.pick([Int](repeating: 0, count: channels)), text: "to each channel"), [node])
    }

    /// Grey times alpha, within 0…1.
    private mutating func receiveMask(_ mask: PictureHeader) throws -> Int {
        guard mask.size == header.size else { throw PlanError.maskSize(mask.size, picture: header.size) }
        let (count, colours) = (mask.channels.count, mask.channels.colorCount)
        guard colours == 1 || colours == 3 else { throw PlanError.maskChannels(count) }
        let read = nodes.count
        nodes.append(
            Plan.Node(
                plan: nil, inputs: [], shape: Shape(channels: count, size: mask.size), text: "mask", origin: nil,
                weights: [], isNeeded: false, rowsHeld: 0))
        levels.append(false)
        self.mask = read
        var node = try add(MixStep(.pick(Array(0..<colours)), text: "colour"), [read])
        node = try add(MixStep(.luminance([0.299, 0.587, 0.114]), text: "gray"), [node])
        if mask.channels.hasAlpha {
            let alpha = try add(MixStep(.pick([colours]), text: "alpha"), [read])
            node = try add(WeightByAlphaStep(), [node, alpha])
        }
        return try add(PointStep(.clamp(low: 0, high: 1), text: "clamp 0 1"), [node])
    }
}
