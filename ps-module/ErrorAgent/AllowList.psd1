@{
    # Names whose values may leave the session. What is not listed here is not read.
    Parameters = @(
        'TenantId', 'Tenant', 'ClientId', 'ApplicationId', 'AppId', 'Organization', 'CertificateThumbprint', 'Thumbprint',
        'CertificateSubjectName', 'CertificateName', 'CertificatePath', 'CertificateFilePath', 'Environment', 'Scopes',
        'UseDeviceCode', 'Identity', 'ContextScope', 'UserId', 'GroupId', 'Method', 'Uri', 'ServicePrincipal', 'ApiVersion'
    )
    Claims     = @('aud', 'iss', 'exp', 'nbf', 'iat', 'tid', 'appid', 'scp', 'roles', 'ver', 'idtyp', 'wids')
    Headers    = @('Date', 'WWW-Authenticate', 'Retry-After', 'request-id', 'client-request-id', 'x-ms-*', 'Server', 'Via')
    Modules    = @(
        'Microsoft.Graph*', 'Az', 'Az.*', 'ExchangeOnlineManagement', 'PnP.PowerShell', 'MSAL.PS', 'MicrosoftTeams',
        'Microsoft.Entra*', 'AzureAD*', 'MSOnline', 'Microsoft.Online.SharePoint.PowerShell'
    )
    Assemblies = @(
        'Microsoft.Identity.*', 'Microsoft.IdentityModel.*', 'Azure.Core', 'Azure.Identity', 'Microsoft.Graph.*',
        'System.Text.Json', 'Newtonsoft.Json', 'System.Memory.Data', 'System.IdentityModel.*'
    )
}
