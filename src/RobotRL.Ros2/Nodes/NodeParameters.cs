using System.Globalization;
using RobotRL.Wire.RclInterfaces;

namespace RobotRL.Ros2.Nodes;

/// <summary>
/// Shows a node's settings as its parameters: <c>ros2 param list</c>, <c>get</c>, <c>describe</c> and <c>dump</c> read them. None can be set while it runs.
/// </summary>
public sealed class NodeParameters : IDisposable
{
    private readonly Dictionary<string, ParameterValue> _values;
    private readonly string _refusal;
    private readonly List<IDisposable> _services;

    /// <param name="node">Of a backend that carries services.</param>
    /// <param name="values">By name; numbers and truth values are told as such.</param>
    /// <param name="refusal">What one is told who sets a parameter.</param>
    public NodeParameters(Ros2Node node, IReadOnlyList<(string Key, string Value)> values, string refusal)
    {
        (_values, _refusal) = (values.DistinctBy(value => value.Key).ToDictionary(value => value.Key, value => ValueOf(value.Value)), refusal);
        string Name(string service) => $"{node.Transport.NodeName}/{service}";
        _services =
        [
            node.Serve<ListParametersRequest, ListParametersResponse>(Name("list_parameters"), List),
            node.Serve<GetParametersRequest, GetParametersResponse>(Name("get_parameters"), Get),
            node.Serve<GetParameterTypesRequest, GetParameterTypesResponse>(Name("get_parameter_types"), Types),
            node.Serve<DescribeParametersRequest, DescribeParametersResponse>(Name("describe_parameters"), Describe),
            node.Serve<SetParametersRequest, SetParametersResponse>(Name("set_parameters"), Refuse),
            node.Serve<SetParametersAtomicallyRequest, SetParametersAtomicallyResponse>(Name("set_parameters_atomically"), Refuse),
        ];
    }

    /// <summary>As a parameter's value.</summary>
    public static ParameterValue ValueOf(string text)
    {
        ParameterValue value = new();
        if (text is "true" or "false") (value.Type, value.BoolValue) = (ParameterValue.Bool, text == "true");
        else if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            (value.Type, value.IntegerValue) = (ParameterValue.Integer, whole);
        else if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            (value.Type, value.DoubleValue) = (ParameterValue.Double, number);
        else (value.Type, value.StringValue) = (ParameterValue.String, text.Trim('"'));
        return value;
    }

    public void Dispose()
    {
        foreach (var service in _services) service.Dispose();
    }

    private ListParametersResponse List(ListParametersRequest request)
    {
        ListParametersResponse response = new();
        var names = _values.Keys.Where(name => request.Prefixes.Count == 0 || request.Prefixes.Any(prefix => IsBelow(name, prefix, request.Depth)));
        response.Result.Names.AddRange(names);
        response.Result.Prefixes.AddRange(response.Result.Names.Select(PrefixOf).Where(prefix => prefix.Length > 0).Distinct());
        return response;
    }

    private static bool IsBelow(string name, string prefix, ulong depth) =>
        name == prefix || (name.StartsWith(prefix + ".", StringComparison.Ordinal)
            && (depth == ListParametersRequest.DepthRecursive || (ulong)name[(prefix.Length + 1)..].Split('.').Length <= depth));

    private static string PrefixOf(string name) => name.LastIndexOf('.') is > 0 and var dot ? name[..dot] : "";

    private GetParametersResponse Get(GetParametersRequest request)
    {
        GetParametersResponse response = new();
        response.Values.AddRange(request.Names.Select(name => _values.GetValueOrDefault(name) ?? new()));
        return response;
    }

    private GetParameterTypesResponse Types(GetParameterTypesRequest request)
    {
        GetParameterTypesResponse response = new();
        response.Types.AddRange(request.Names.Select(name => _values.GetValueOrDefault(name)?.Type ?? ParameterValue.NotSet));
        return response;
    }

    private DescribeParametersResponse Describe(DescribeParametersRequest request)
    {
        DescribeParametersResponse response = new();
        response.Descriptors.AddRange(request.Names.Select(name => new ParameterDescriptor
        {
            Name = name,
            Type = _values.GetValueOrDefault(name)?.Type ?? ParameterValue.NotSet,
            Description = _values.ContainsKey(name) ? _refusal : "",
            ReadOnly = true,
        }));
        return response;
    }

    private SetParametersResponse Refuse(SetParametersRequest request)
    {
        SetParametersResponse response = new();
        response.Results.AddRange(request.Parameters.Select(_ => new SetParametersResult { Reason = _refusal }));
        return response;
    }

    private SetParametersAtomicallyResponse Refuse(SetParametersAtomicallyRequest request)
    {
        SetParametersAtomicallyResponse response = new();
        response.Result.Reason = _refusal;
        return response;
    }
}
